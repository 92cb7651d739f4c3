"""Published results against recomputed ones."""

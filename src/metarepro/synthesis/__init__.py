"""What is pooled with what, by the analysis plan."""

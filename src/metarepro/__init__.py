"""Recompute published meta-analyses and say which of their results come out."""

"""Readers of the formats that results come in: one module per format."""

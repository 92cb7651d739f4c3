"""What a change of data, code or configuration moved."""

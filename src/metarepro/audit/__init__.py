"""What does not add up inside a source."""

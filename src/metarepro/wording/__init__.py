"""Numbers and terms in words for readers."""

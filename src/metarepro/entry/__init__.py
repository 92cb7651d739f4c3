"""Adding evidence: forms for trials and reviews, and what is said about their mistakes."""

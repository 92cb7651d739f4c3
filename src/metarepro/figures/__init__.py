"""Forest plots and what all figures share."""

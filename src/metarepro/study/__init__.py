"""The data folder of a study: read, corrected, checked."""

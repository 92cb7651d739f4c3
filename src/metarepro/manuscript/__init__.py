"""What a paper takes over: Word, LaTeX and BibTeX."""

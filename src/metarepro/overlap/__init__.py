"""What reviews and sources share: trials, and results of the same trial."""

"""The claims of the Foundation's report, with verdicts by written rules."""

"""The claims of a report, with verdicts by written rules."""

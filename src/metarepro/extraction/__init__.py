"""From the tables of a source to rows that can be pooled: columns, checks, provenance."""

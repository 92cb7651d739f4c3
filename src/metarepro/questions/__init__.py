"""Questions to a pooled table: subsets, subgroups, regression, absolute effects, corrections."""

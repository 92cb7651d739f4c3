"""From a reported statistic to an effect and its variance."""

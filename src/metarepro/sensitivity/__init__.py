"""How much the pools depend on single trials, small studies, choices and kinds of trials."""

"""Learning in the window: what is round the pane of lessons, the greeting, a sentence on each thing seen."""

"""The training pane: the plan of a run, and how far it has come."""

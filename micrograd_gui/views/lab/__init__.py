"""The learning lab: panes in which a graph is asked, predicted, broken on purpose, and taught."""

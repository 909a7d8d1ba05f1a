"""Places from Graphviz, blocks nested."""

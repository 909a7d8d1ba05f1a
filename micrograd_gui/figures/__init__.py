"""A graph as things to draw, for figures and for the window, without Qt."""

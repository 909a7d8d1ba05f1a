"""The canvas: the graph drawn, and drawn on."""

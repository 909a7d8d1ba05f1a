"""Graphs as text: expressions, pasted cells and scripts, read and written."""

"""Layers: what is painted over the canvas for a while."""

"""Fitting: figures of a width and a size of text that were asked for."""

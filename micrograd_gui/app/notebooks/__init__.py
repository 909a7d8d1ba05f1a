"""Beside a notebook: the link from a window to its live values, and what its cells show."""

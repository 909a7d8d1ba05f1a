"""The hall: the window under a projector."""

"""Exporting from the window: what is asked for, the dialog that asks, and the clipboard."""

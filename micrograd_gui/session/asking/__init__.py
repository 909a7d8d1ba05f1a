"""Asking a node: why it has its numbers, and along which paths it moves the target."""

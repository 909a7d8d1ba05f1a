"""Gradient descent: the trainer, what it has come to, and what it says of itself."""

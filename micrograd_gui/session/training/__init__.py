"""Gradient descent: the trainer, its optimisers, what it says of itself."""

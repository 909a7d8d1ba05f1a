"""Rewriting: what an op stands for, ops of one's own, and slopes that are derived."""

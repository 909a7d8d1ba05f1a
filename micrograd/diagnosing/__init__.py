"""Diagnosing: finished backward passes, right or with a known mistake, in plain floats."""

"""Many columns at once: one graph evaluated for whole arrays of inputs, forward and backward."""

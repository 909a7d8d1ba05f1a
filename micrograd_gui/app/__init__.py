"""Floor 5: the parts put together."""

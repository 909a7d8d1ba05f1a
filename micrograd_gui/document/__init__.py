"""Floor 1: what the user drew, as frozen values. No Qt."""

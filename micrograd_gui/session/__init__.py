"""Floor 2: running what the user drew. No Qt."""

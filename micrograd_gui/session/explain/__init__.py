"""All words about a step, for screen, reader and file."""

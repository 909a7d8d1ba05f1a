"""A notebook's live values, read into a Graph."""

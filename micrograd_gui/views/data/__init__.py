"""The rows of a graph as a table."""

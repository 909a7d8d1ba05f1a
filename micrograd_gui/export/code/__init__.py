"""Programs that compute a graph again."""

"""Floor 3: the outside world, layout, files and figures. No Qt."""

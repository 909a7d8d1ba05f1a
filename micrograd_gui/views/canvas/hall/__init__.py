"""The hall: the canvas as the back row sees it."""

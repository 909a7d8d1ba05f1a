"""What a screen reader is told, and the canvas as it walks it."""

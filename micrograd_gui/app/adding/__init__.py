"""What is added to a graph by a dialog: blocks, and ops of one's own."""

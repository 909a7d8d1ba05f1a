"""For those who do not see the window: what its widgets are, told to a screen reader."""

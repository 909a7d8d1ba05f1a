"""The kinds of plots: what each of them shows, and when."""

"""The plots: what they show, without matplotlib, and how it is drawn, with it."""

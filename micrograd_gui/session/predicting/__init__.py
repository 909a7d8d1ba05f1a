"""Predicting first: what is asked of the next step, what a learner's answer is worth, and what is hidden."""

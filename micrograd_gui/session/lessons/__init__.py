"""Lessons: what a learner is led through on the live window, as files, and how far one has come."""

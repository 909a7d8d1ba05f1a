"""A small, safe part of Python: cells of a notebook, walked through as trees and never executed."""

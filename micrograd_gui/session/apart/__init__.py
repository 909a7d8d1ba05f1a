"""Taking apart: ops and what they stand for, and two runs side by side."""

"""The lecture's expression, written out once: L = (a*b + c) * f with its leaves, for the expression line."""

STEPS = "e = a*b; d = e + c; L = d*f"  # each step has a name, as in the lecture
LECTURE = f"a = 2; b = -3; c = 10; f = -2; {STEPS}"

"""Training in a cell: loops that descend, what they do by hand, and the plans that they are."""

"""Figures and graphs written in other forms."""

"""MarkLine: a mark as a line of matplotlib."""

from __future__ import annotations

from typing import Any

from matplotlib.lines import Line2D

from micrograd_gui.views.plot_picture import Mark
from micrograd_gui.views.theme import Mood

_DASHES: dict[str, Any] = {
    "line": "-",
    "dashed": (0, (5, 3)),
    "dotted": (0, (1.2, 2.2)),
    "points": "",
    "point": "",
}


class MarkLine(Line2D):
    """Knows which kind of mark it stands for, so that it can stand for the next one of that kind too."""

    def __init__(self, mark: Mark, mood: Mood) -> None:
        self.shape = shape(mark)
        theme, scale = mood.theme, mood.scale
        ink = {
            "data": theme.data,
            "grad": theme.grad,
            "secant": theme.text,
            "accent": theme.accent,
            "muted": theme.muted,
        }[mark.ink]
        dots = mark.style in ("point", "points")
        super().__init__(
            mark.x,
            mark.y,
            color=ink,
            linestyle=_DASHES[mark.style],
            linewidth=(2.4 if mark.style == "line" else 2.0) * scale,
            marker="o" if dots else "",
            markersize=(8.0 if mark.style == "point" else 5.0) * scale,
            markeredgecolor=theme.text if mark.style == "point" else ink,
            markeredgewidth=0.8 * scale,
            zorder=5 if dots else 3,
            animated=True,
        )


def shape(mark: Mark) -> tuple[str, str, bool]:
    """What must be the same for a line to stand for another mark."""
    return mark.ink, mark.style, bool(mark.legend)

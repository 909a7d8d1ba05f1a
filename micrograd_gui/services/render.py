"""What `render` does: what the command line says → a film → files."""

from __future__ import annotations

from pathlib import Path

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.numbers import read_number
from micrograd_gui.services.export import export, form_of
from micrograd_gui.services.film import Options, film_of

MOST_SCALE = 20.0


def render(
    graph: Graph,
    output: str,
    *,
    step: str | None = None,
    theme: str = "light",
    scale: str | None = None,
    transparent: bool = False,
) -> tuple[Path, ...]:
    """The files that were written; raises Refusal for what cannot be understood, before any is."""
    path = Path(output)
    form = form_of(path)
    options = Options(theme, None if scale is None else _scale(scale), transparent)
    if step is None and form.animated:
        step = "all"
    return export(film_of(graph, step, options), path)


def _scale(text: str) -> float:
    scale = read_number(text, "--scale")
    if not 0.1 <= scale <= MOST_SCALE:
        raise Refusal(f"--scale is a number from 0.1 to {MOST_SCALE:g}, not “{text[:20]}”.")
    return scale

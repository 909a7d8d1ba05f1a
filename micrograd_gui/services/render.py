"""What `render` does: what the command line says → a film → files."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import read_number
from micrograd_gui.services.export import export, form_of
from micrograd_gui.services.film import film_of
from micrograd_gui.services.options import SCALE_RANGE, Options
from micrograd_gui.services.picture import MARGIN, Style

MOST_MARGIN = 1000.0
MOST_DIGITS = 12
SECONDS = (0.02, 60.0)


def render(
    graph: Graph,
    output: str,
    *,
    step: str | None = None,
    theme: str | None = None,
    scale: str | None = None,
    transparent: bool = False,
    margin: str | None = None,
    digits: str | None = None,
    rankdir: str = "LR",
    gradients: bool = True,
    style: str = "notebook",
    nodes: str | None = None,
    folded: bool = True,
    card: bool | None = None,
    only: str | None = None,
    fps: str | None = None,
    seconds: str | None = None,
    dialect: str | None = None,
    train: bool = False,
) -> tuple[Path, ...]:
    """The files that were written; raises Refusal for what cannot be understood, before any is."""
    path = Path(output)
    if only == "graph" and card:
        raise Refusal("--only graph and --card say opposite things: give one of them.")
    form = form_of(path)
    options = Options(
        theme=theme,
        scale=None if scale is None else _number(scale, "--scale", *SCALE_RANGE),
        transparent=transparent,
        seconds=_seconds(fps, seconds),
        margin=MARGIN if margin is None else _number(margin, "--margin", 0, MOST_MARGIN),
        digits=4 if digits is None else _digits(digits),
        rankdir=rankdir,
        gradients=gradients,
        style=cast(Style, style),  # Options refuses those there are not
        nodes=None if nodes is None else _nodes(graph, nodes),
        folded=folded and form.folds,
        card=False if only == "graph" and card is None else card,
        only_card=only == "card",
        dialect=dialect,
        train=train,
    )
    if step is None and form.animated:
        step = "all"
    return export(film_of(graph, step, options), path)


def _number(text: str, what: str, least: float, most: float) -> float:
    number = read_number(text, what)
    if not least <= number <= most:
        raise Refusal(f"{what} is a number from {least:g} to {most:g}, not “{text[:20]}”.")
    return number


def _digits(text: str) -> int:
    number = _number(text, "--digits", 0, MOST_DIGITS)
    if not number.is_integer():
        raise Refusal(f"--digits is a whole number, not “{text[:20]}”.")
    return int(number)


def _seconds(fps: str | None, seconds: str | None) -> float:
    if fps is not None and seconds is not None:
        raise Refusal("--fps and --seconds both say how fast an animation is: give one of them.")
    if fps is not None:
        return 1 / _number(fps, "--fps", 1 / SECONDS[1], 1 / SECONDS[0])
    return Options().seconds if seconds is None else _number(seconds, "--seconds", *SECONDS)


def _nodes(graph: Graph, names: str) -> frozenset[NodeId]:
    return frozenset(graph.named(name.strip()) for name in names.split(","))

"""Export: the table of forms that a graph can be given, keyed by suffix."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import read_number
from micrograd_gui.export import matplotlib_writer, tikz
from micrograd_gui.export.csv import table
from micrograd_gui.export.mermaid import mermaid
from micrograd_gui.export.player import player
from micrograd_gui.export.svg import svg
from micrograd_gui.figures.figure import MARGIN, Style
from micrograd_gui.figures.moments import SCALE_RANGE, Film, Moment, Options, film_of
from micrograd_gui.figures.notebook_style import source
from micrograd_gui.files.atomic import write_all
from micrograd_gui.files.embedded import packed
from micrograd_gui.session.trace import Frame, Step

# Modules that a script, or what it imports, imports; and names of others that nobody does.
_HARMLESS = {"code", "profile", "test", "this", "trace"}
_IMPORTED = ({"micrograd", "torch", "jax", "numpy"} | sys.stdlib_module_names) - _HARMLESS
HEAVIEST = 300_000  # nodes times moments: some minutes of drawing


@dataclass(frozen=True, slots=True)
class Form:
    """One row: what files with this suffix hold, and the function that makes their content.

    A form with ``several`` shows many moments in one file, an ``animated`` one as a rule the whole
    run; the others make a file for each moment. A ``light`` one does not draw each moment anew. One
    with ``cards`` can show the step card without the graph. One that ``folds`` draws a collapsed block
    as one box; the others tell of every node and every moment.
    """

    suffix: str
    title: str
    content: Callable[[Film], bytes]
    several: bool = False
    animated: bool = False
    light: bool = False
    folds: bool = True
    cards: bool = False


def forms() -> tuple[Form, ...]:
    """All rows, in the order of menus."""
    return tuple(FORMS.values())


def form_of(path: Path) -> Form:
    """The row of a file's suffix; raises Refusal, which names those there are."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        what = f"The suffix “{path.suffix[:20]}” is not known" if path.suffix else "A suffix is missing"
        raise Refusal(f"{what}: it decides the form, and is one of {', '.join(FORMS)}.")
    return form


def export(film: Film, path: Path) -> tuple[Path, ...]:
    """Make the file, or a numbered file for each moment, and give what was written.

    Raises Refusal, and then no file has changed; Cancelled, where the film's options say so.
    """
    form, paths = form_of(path), targets(film, path)
    _ = film.options.palette  # refused before anything is made
    if film.options.only_card and not form.cards:
        those = ", ".join(each.suffix for each in forms() if each.cards)
        raise Refusal(f"The step card alone is drawn as one of {those}, not as {form.suffix}.")
    if form.suffix != ".py" and (film.options.train or film.options.dialect is not None):
        raise Refusal(f"Only a .py is written in a dialect, or trains; a {form.suffix} has no use for it.")
    if not form.light and len(film.moments) > 1 and len(film.moments) * len(film.stand_ins.graph) > HEAVIEST:
        raise Refusal(
            f"{len(film.moments)} moments of {len(film.stand_ins.graph)} nodes are too many to draw; "
            "take one moment, fewer nodes, or the .html player."
        )
    if form.suffix == ".py" and path.stem in _IMPORTED:
        raise Refusal(f"A script named {path.name} would import itself in place of {path.stem}: rename it.")
    films = [film] if len(paths) == 1 else film.each()
    return write_all((each, form.content(part)) for each, part in zip(paths, films, strict=True))


def targets(film: Film, path: Path) -> tuple[Path, ...]:
    """The files that an export would write: that one, or a numbered one for each moment."""
    if form_of(path).several or len(film.moments) == 1:
        return (path,)
    digits = max(2, len(str(len(film.moments) - 1)))
    return tuple(
        path.with_name(f"{path.stem}-{number:0{digits}}{path.suffix}") for number in range(len(film.moments))
    )


def export_moment(graph: Graph, frame: Frame, step: Step | None, path: Path, *, theme: str = "light") -> None:
    """One moment as a picture, whose form the suffix decides."""
    export(Film(graph, (Moment(frame, step),), Options(theme=theme)), path)


def picture_bytes(film: Film, suffix: str) -> bytes:
    """The film in the form of that suffix, for a clipboard."""
    return FORMS[suffix].content(film)


def _svg(film: Film) -> bytes:
    options = film.options
    return svg(
        next(film.pictures),
        options.palette,
        transparent=options.transparent,
        title=film.title,
        graph=packed(film.graph),
    )


def _png(film: Film) -> bytes:
    options = film.options
    return matplotlib_writer.png(
        next(film.pictures),
        options.palette,
        scale=options.scale,
        transparent=options.transparent,
        title=film.title,
        graph=packed(film.graph),
    )


def _pdf(film: Film) -> bytes:
    return matplotlib_writer.pdf(
        film.pictures, film.options.palette, title=film.title, graph=packed(film.graph)
    )


def _dot(film: Film) -> bytes:
    options = film.options
    text = source(film.drawn, film.moments[0].frame, options.rankdir, gradients=options.gradients)
    return text.encode("utf-8", "replace")


def _tex(film: Film) -> bytes:
    options = film.options
    ground = options.theme == "dark" and not options.transparent
    cards = [() if options.card is False else moment.card for moment in film.moments]
    if len(cards) == 1:
        (picture,) = film.pictures
        return tikz.paper(picture, options.palette, title=film.title, card=cards[0], ground=ground)
    pictures = [film.shown(moment) for moment in film.watched()]
    return tikz.deck(pictures, cards, options.palette, title=film.title, ground=ground)


def _mermaid(film: Film) -> bytes:
    moment = film.moments[0]
    return mermaid(film.stand_ins, moment.frame, moment.step, film.options, film.options.palette)


def _animation(format: str) -> Callable[[Film], bytes]:
    def content(film: Film) -> bytes:
        options = film.options
        return matplotlib_writer.animation(
            film.with_cards if options.card is None else film.pictures,
            options.palette,
            format=format,
            scale=options.scale,
            seconds=options.seconds,
        )

    return content


def _script(film: Film) -> bytes:
    from micrograd_gui.export.code import python

    text = python.of(film.graph, film.options.dialect, train=film.options.train)
    return text.encode("utf-8", "replace")


def _notebook(film: Film) -> bytes:
    from micrograd_gui.export.code.notebook import notebook

    return notebook(film.graph)


def _micrograd(film: Film) -> bytes:
    return codec.encode(film.drawn).encode("utf-8", "replace")


FORMS: dict[str, Form] = {
    form.suffix: form
    for form in (
        Form(".svg", "SVG picture", _svg, cards=True),
        Form(".png", "PNG picture", _png, cards=True),
        Form(".pdf", "PDF document", _pdf, several=True, cards=True),
        Form(".dot", "Graphviz DOT", _dot, folds=False),
        Form(".gif", "Animated GIF", _animation("GIF"), several=True, animated=True, cards=True),
        Form(".webp", "Animated WebP", _animation("WEBP"), several=True, animated=True, cards=True),
        Form(".tex", "TikZ for TeX", _tex, several=True, cards=True),
        Form(".mmd", "Mermaid flowchart", _mermaid),
        Form(".html", "HTML player", player, several=True, animated=True, light=True),
        Form(".py", "Python script", _script, several=True, light=True),
        Form(".ipynb", "Jupyter notebook", _notebook, several=True, light=True),
        Form(".csv", "Numbers as CSV", table, several=True, light=True, folds=False),
        Form(".micrograd", "micrograd-gui file", _micrograd),
    )
}


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

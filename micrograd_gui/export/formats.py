"""Export: the table of forms that a graph can be given, keyed by suffix."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import structs

from micrograd.language import N_, tr
from micrograd_gui.document import codec
from micrograd_gui.document.errors import Net, OptionRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.marks import UNSEEN
from micrograd_gui.document.text import quoted
from micrograd_gui.export.options import OPTIONS, read_options
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.moments import Film, Options, film_of
from micrograd_gui.figures.text_metrics import shown_label
from micrograd_gui.files import atomic, documents
from micrograd_gui.files.embedded import pack
from micrograd_gui.layout.graphviz import Progress
from micrograd_gui.resource import drawn_in

# Modules that a script, or what it imports, imports; and names of others that nobody does.
_HARMLESS = {"code", "profile", "test", "this", "trace"}
_IMPORTED = ({"micrograd", "torch", "jax", "numpy"} | sys.stdlib_module_names) - _HARMLESS
_PRINTED, _WATCHED = 300.0, 150.0  # pixels to the inch of a picture and an animation, where nobody says
HEAVIEST = 300_000  # nodes times moments: some minutes of drawing


@dataclass(frozen=True, slots=True)
class Form:
    """One row: what files with this suffix hold, what makes their content, and which options it heeds.

    A form with ``several`` shows many moments in one file, an ``animated`` one as a rule the whole
    run; the others make a file for each moment. A ``light`` one does not draw each moment anew. One
    that ``folds`` draws a collapsed block as one box; the others tell of every node and every moment.
    ``options`` are names in the table of options. A drawn one has ``most`` boxes: with so many it takes some
    ten seconds and a gigabyte, the player half a minute.
    """

    suffix: str
    title: str
    write: Callable[[Film], bytes]
    options: frozenset[str]
    several: bool = False
    animated: bool = False
    light: bool = False
    folds: bool = True
    most: float = float("inf")

    def content(self, film: Film) -> bytes:
        """The file; raises Refusal for what the form cannot have."""
        with drawn_in(film.options.font):
            return self.write(film)

    @property
    def cards(self) -> bool:
        """Whether it can show the step card, alone or below the graph."""
        return "only" in self.options

    @property
    def card_from(self) -> int | None:
        """From how many moments on each has its card below, where nobody says; None: never."""
        return None if not self.cards or not self.several else 1 if self.animated else 2

    def read(self, graph: Graph, given: Mapping[str, Any]) -> tuple[str | None, Options]:
        """What was said, by the table: which step, and how it is drawn. Raises Refusal for what cannot be."""
        step, options = read_options(graph, given, folds=self.folds)
        if options.sizing is not None and (self.animated or self.suffix == ".html"):
            options = replace(options, sizing=structs.replace(options.sizing, paged=False))
        return step, replace(options, card_from=self.card_from)


class LaidOutPlainly(UserWarning):
    """What is told of a picture that Graphviz would take too much for, or whose signs no font here has."""


def form_of(path: Path) -> Form:
    """The row of a file's suffix; raises Refusal, which names those there are."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        said = (
            N_("The suffix {suffix} is not known: it decides the form, and is one of {suffixes}.")
            if path.suffix
            else N_("A suffix is missing: it decides the form, and is one of {suffixes}.")
        )
        raise Refusal(tr(said, suffix=quoted(path.suffix), suffixes=", ".join(FORMS)))
    return form


@Net("export", N_("The graph"))
def export(film: Film, path: Path) -> tuple[Path, ...]:
    """Make the file, or a numbered file for each moment, and give what was written.

    Raises Refusal, and then no file has changed; Cancelled, where whoever waits for the film does so no more.
    """
    form, paths = form_of(path), targets(film, path)
    see_that_it_can_be(film, form)
    if form.suffix == ".py" and path.stem in _IMPORTED:
        raise Refusal(
            tr(
                "A script named {file} would import itself in place of {module}: rename it.",
                file=path.name,
                module=path.stem,
            )
        )
    films = [film] if len(paths) == 1 else film.each()
    with drawn_in(film.options.font):
        return atomic.write_all((each, form.content(part)) for each, part in zip(paths, films, strict=True))


def see_that_it_can_be(film: Film, form: Form) -> None:
    """Raises Refusal where that form cannot have that film, before anything of it is made."""
    _ = film.options.palette
    if film.options.only_card and not form.cards:
        those = ", ".join(each.suffix for each in FORMS.values() if each.cards)
        raise Refusal(
            tr(
                "The step card alone is drawn as one of {suffixes}, not as {suffix}.",
                suffixes=those,
                suffix=form.suffix,
            )
        )
    see_that_few(len(film.moments), film.graph, film.options, form)
    see_that_small(film, form)


def see_that_small(film: Film, form: Form) -> None:
    """Raises Refusal where the graph has more boxes than a picture of that form can have."""
    if film.options.only_card or film.options.worksheet or len(film.graph) * 2 <= form.most:
        return
    nodes = film.stand_ins.graph.nodes.values()
    ovals = film.options.style == "notebook"
    boxes = len(nodes) + (sum(node.op is not None for node in nodes) if ovals else 0)
    if boxes > form.most:
        raise Refusal(
            tr(
                "{boxes:,} boxes are too many for a picture: as {suffix} it has at most {most:,}. "
                "Draw fewer nodes, or collapse blocks; .dot and .csv hold a graph of any size.",
                boxes=boxes,
                suffix=form.suffix,
                most=form.most,
            )
        )


def see_that_few(moments: int, graph: Graph, options: Options, form: Form) -> None:
    """Raises Refusal where so many moments of that graph would be too many to draw."""
    light = form.light and (options.wires != "all" or "wires" not in form.options)
    if light or moments < 2:
        return
    nodes = len(Film(graph, (), options).stand_ins.graph)
    if moments * nodes > HEAVIEST:
        raise Refusal(
            tr(
                "{moments} moments of {nodes} nodes are too many to draw; "
                "take one moment, fewer nodes, or the .html player.",
                moments=moments,
                nodes=nodes,
            )
        )


@Net("export", N_("The graph"))
def render(graph: Graph, path: Path, given: Mapping[str, Any]) -> tuple[Path, ...]:
    """Draw the graph as the options say, whose table is ``OPTIONS``, and give what was written.

    Raises Refusal for what cannot be understood, before any file is written.
    """
    form = form_of(path)
    step, options = form.read(graph, given)
    _see_that_heeded(form, given)
    if options.paper != Options().paper and not options.worksheet:
        raise OptionRefusal("paper", N_("{option} is of use to a worksheet alone."))
    if options.panel_at is not None and options.panel is None:
        raise OptionRefusal(
            "panel_at", N_("{option} says where a panel stands, and there is none: give panel, too.")
        )
    if options.worksheet and options.sizing is not None:
        raise OptionRefusal(
            "worksheet", N_("{option} has the size of its paper: it goes without width and text.")
        )
    if "step" not in form.options:
        step = None
    see_that_small(Film(graph, (), options), form)
    progress = Progress(see=partial(see_that_few, graph=graph, options=options, form=form))
    film = film_of(graph, "all" if step is None and form.animated else step, options, progress=progress)
    written = export(film, path)
    for note in (film.note, of_fonts(film, form), of_sizes(written)):
        if note:
            warnings.warn(note, LaidOutPlainly, stacklevel=2)
    return written


def of_fonts(film: Film, form: Form) -> str:
    """What is to be told of signs that no font here has, in a form whose letters are drawn here."""
    if form.suffix not in _OWN_FONTS:
        return ""
    from micrograd_gui.fonts import no_font_has

    with drawn_in(film.options.font):
        return no_font_has(shown_label(node.name) for node in film.visible_graph)


def of_sizes(written: Iterable[Path]) -> str:
    """What is to be told of files that carry their graph and are larger than what is read."""
    for path in written:
        if path.suffix.lower() in documents.SUFFIXES and path.stat().st_size > atomic.LARGEST:
            return tr(
                "{file} has {size:.0f} MB: it does not open here again, where at most {most} MB are read.",
                file=atomic.quoted_name(path),
                size=path.stat().st_size / 1e6,
                most=atomic.LARGEST // 1_000_000,
            )
    return ""


def _see_that_heeded(form: Form, given: Mapping[str, Any]) -> None:
    """Raises OptionRefusal for what was said, other than as usual, to a form that has no use for it."""
    for name, value in given.items():
        row = OPTIONS[name]
        usual = _WHOLE if name == "step" else (row.default,)
        if name not in form.options and row.read(value) not in usual:
            those = [each.suffix for each in FORMS.values() if name in each.options]
            said = (
                N_("{option} is of no use to a {suffix}: it goes with one of {suffixes}.")
                if those[1:]
                else N_("{option} is of no use to a {suffix}: it goes with a {suffixes}.")
            )
            raise OptionRefusal(name, said, suffix=form.suffix, suffixes=", ".join(those))


def targets(film: Film, path: Path) -> tuple[Path, ...]:
    """The files that an export would write: that one, or a numbered one for each moment."""
    if form_of(path).several or len(film.moments) == 1:
        return (path,)
    digits = max(2, len(str(len(film.moments) - 1)))
    return tuple(
        path.with_name(f"{path.stem}-{number:0{digits}}{path.suffix}") for number in range(len(film.moments))
    )


def picture_bytes(film: Film, suffix: str) -> bytes:
    """The film in the form of that suffix, for a clipboard; raises Refusal where it would be too large."""
    see_that_small(film, FORMS[suffix])
    return FORMS[suffix].content(film)


def _svg(film: Film) -> bytes:
    from micrograd_gui.export.svg import svg

    options = film.options
    return svg(
        next(film.pictures),
        options.palette,
        transparent=options.transparent,
        title=film.title,
        graph=pack(film.kept or film.graph),
    )


def _png(film: Film) -> bytes:
    from micrograd_gui.export import matplotlib_writer

    options = film.options
    return matplotlib_writer.png(
        next(film.pictures),
        options.palette,
        scale=_scale(film, _PRINTED),
        transparent=options.transparent,
        title=film.title,
        graph=pack(film.kept or film.graph),
        dpi=None if options.sizing is None else options.sizing.pixels(_PRINTED),
    )


def _scale(film: Film, usual: float) -> float | None:
    """Pixels per unit: as said, or such that a figure of some width has a whole number of them."""
    sizing = film.options.sizing
    if sizing is None:
        return film.options.scale
    wide = film.blank.width
    pixels = max(1, round(wide * (film.blank.unit or 1.0) * sizing.pixels(usual) / 72))
    return (pixels + 0.01) / wide  # else rounding might take one away


def _pdf(film: Film) -> bytes:
    if film.options.worksheet:
        from micrograd_gui.export.worksheet import worksheet_of
        from micrograd_gui.export.worksheet_pdf import pdf_of

        return pdf_of(worksheet_of(film), graph=pack(film.kept or film.graph), progress=film.progress)
    from micrograd_gui.export.pdf import pdf

    return pdf(film.pictures, film.options.palette, title=film.title, graph=pack(film.kept or film.graph))


def _dot(film: Film) -> bytes:
    from micrograd_gui.figures.notebook_style import dot_text

    options = film.options
    words = film.said_on(lambda end: end, film.moments[:1])[0]
    text = dot_text(
        film.visible_graph,
        film.moments[0].frame,
        options.rankdir,
        gradients=options.gradients,
        width=None if options.sizing is None else options.sizing.width,
        words={end: (each.rule, each.amount) for (end, _), each in words.items() if each.rest is not None},
        grads=film.grads,
    )
    return text.encode("utf-8", "replace")


def _tex(film: Film) -> bytes:
    from micrograd_gui.document.notation.carried import comments

    return _tex_alone(film) + comments(pack(film.kept or film.graph), "%").encode("ascii")


def _tex_alone(film: Film) -> bytes:
    from micrograd_gui.export import tikz

    if film.options.worksheet:
        from micrograd_gui.export.worksheet import worksheet_of
        from micrograd_gui.export.worksheet_tex import tex_of

        return tex_of(worksheet_of(film))

    options = film.options
    ground = options.palette.dark and not options.transparent
    cards = [() if options.card is False else film.card_of(moment) for moment in film.moments]
    if len(cards) == 1:
        (picture,) = film.pictures
        return tikz.paper(picture, options.palette, title=film.title, card=cards[0], ground=ground)
    pictures = [film.figure_at(moment) for moment in film.watched()]
    return tikz.deck(pictures, cards, options.palette, title=film.title, ground=ground)


def _mermaid(film: Film) -> bytes:
    from micrograd_gui.export.mermaid import mermaid

    moment = film.moments[0]
    said = "" if moment.said is None or not film.options.gradients else moment.said.long
    words = film.said_on(film.stand_ins.drawn_end, film.moments[:1])[0]
    return mermaid(
        film.stand_ins,
        moment.frame,
        moment.step,
        film.options,
        film.options.palette,
        said,
        words={end: (each.rule, each.amount) for (end, _), each in words.items() if each.rest is not None},
        grads=film.grads,
    )


def _animation(format: str) -> Callable[[Film], bytes]:
    def content(film: Film) -> bytes:
        from micrograd_gui.export.animation import MOVING, animation
        from micrograd_gui.figures.motion import Shown, between

        def moving(number: int, figure: Figure) -> tuple[tuple[Shown, ...], ...]:
            step = film.moments[number].step
            return between(film.visible_graph, figure, step, MOVING, gradients=film.options.gradients)

        options = film.options
        return animation(
            film.pictures,
            options.palette,
            format=format,
            scale=_scale(film, _WATCHED),
            seconds=options.seconds,
            moving=moving if options.motion and not options.only_card else None,
        )

    return content


def _player(film: Film) -> bytes:
    from micrograd_gui.export.player import player

    return player(film)


def _script(film: Film) -> bytes:
    """One run in a dialect, or a training loop, which is PyTorch's."""
    from micrograd_gui.document.notation.carried import comments

    dialect = film.options.dialect
    if not film.options.train:
        from micrograd_gui.export.code.python import DIALECT, script

        text = script(film.graph, dialect or DIALECT)
    elif dialect in (None, "torch"):
        from micrograd_gui.export.code.training import training_script

        text = training_script(film.graph)
    else:
        raise OptionRefusal(
            "dialect",
            N_("{option} must be torch where train is set, not {given}."),
            given=quoted(dialect),
        )
    return f"{text}\n{comments(pack(film.graph), '#')}".encode("utf-8", "replace")


def _notebook(film: Film) -> bytes:
    from micrograd_gui.export.code.notebook import notebook

    return notebook(film.graph, pack(film.graph))


def _numbers(film: Film) -> bytes:
    from micrograd_gui.export.csv import table

    return table(film)


def _micrograd(film: Film) -> bytes:
    return codec.encode(film.visible_graph.seen(UNSEEN)).encode("utf-8", "replace")


def _names(*names: str | Iterable[str]) -> frozenset[str]:
    return frozenset(each for name in names for each in ([name] if isinstance(name, str) else name))


_OWN_FONTS = (".png", ".pdf", ".gif", ".webp")  # forms in which letters are drawn here, not by a reader
_WHOLE = (None, "last", "all")  # steps that one may ask of a form without moments: it tells of the whole run
_WHICH = ("step", "nodes")
_WIRES = ("wires", "notation")
_PLOT = ("panel", "panel_at")
_LOOKS = ("bars", "theme", "style", "rankdir", "gradients", "open_blocks", "digits", "margin")
_DRAWN = _names(_WHICH, _WIRES, _LOOKS, _PLOT, "names", "paths")
_SIZED = ("width", "text", "font")
_CARDS = ("card", "only")
_PACE = ("fps", "seconds", "motion")
_SHEET = ("worksheet", "paper")

# Writers are loaded when they are used: each stands behind a function that imports it.
FORMS: dict[str, Form] = {
    form.suffix: form
    for form in (
        Form(".svg", N_("SVG picture"), _svg, _names(_DRAWN, _SIZED, _CARDS, "transparent"),
             most=100_000),
        Form(".png", N_("PNG picture"), _png, _names(_DRAWN, _SIZED, _CARDS, "transparent", "scale", "dpi"),
             most=60_000),
        Form(".pdf", N_("PDF document"), _pdf, _names(_DRAWN, _SIZED, _CARDS, _SHEET), several=True,
             most=60_000),
        Form(".dot", N_("Graphviz DOT"), _dot,
             _names(_WHICH, "names", "width", "font", "rankdir", "gradients", _WIRES), folds=False),
        Form(".gif", N_("Animated GIF"), _animation("GIF"),
             _names(_DRAWN, _SIZED, _CARDS, _PACE, "scale", "dpi"), several=True, animated=True,
             most=60_000),
        Form(".webp", N_("Animated WebP"), _animation("WEBP"),
             _names(_DRAWN, _SIZED, _CARDS, _PACE, "scale", "dpi"), several=True, animated=True,
             most=60_000),
        Form(".tex", N_("TikZ for TeX"), _tex, _names(_DRAWN, _SIZED, _CARDS, _SHEET, "transparent"),
             several=True, most=60_000),
        Form(".mmd", N_("Mermaid flowchart"), _mermaid,
             _names(_WHICH, "names", "theme", "rankdir", "gradients", _WIRES, "open_blocks", "digits")),
        Form(".html", N_("HTML player"), _player, _names(_DRAWN, _SIZED),
             several=True, animated=True, light=True, most=30_000),
        Form(".py", N_("Python script"), _script, _names("dialect", "train"), several=True, light=True),
        Form(".ipynb", N_("Jupyter notebook"), _notebook, _names(), several=True, light=True),
        Form(".csv", N_("Numbers as CSV"), _numbers, _names(_WHICH), several=True, light=True, folds=False),
        Form(".micrograd", N_("micrograd-gui file"), _micrograd, _names("nodes")),
    )
}  # fmt: skip

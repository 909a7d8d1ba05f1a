"""The options of a drawing: one table for command line, keywords of `render` and export dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args

from micrograd.language import N_, joined, tr
from micrograd_gui.document.errors import OptionRefusal, Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import exact, given_number, quoted
from micrograd_gui.figures.figure import DIRECTIONS, LARGEST_PAGE, MARGIN, STYLES
from micrograd_gui.figures.moments import PAPERS, SCALE_RANGE, Options
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.session.trace import Notation, Wires

# What reads and chooses sizes is loaded where one is asked for.
if TYPE_CHECKING:
    from micrograd_gui.figures.fitting.sizing import Sizing
    from micrograd_gui.resource import Family

MOST_MARGIN = 1000.0
CLOSE = 2.0  # units around a figure of some size
WIDTHS = (10.0, LARGEST_PAGE)  # points
TEXTS = (1.0, 400.0)
DPIS = (10.0, 2400.0)
PRESETS = ("column", "two-columns", "slide", "beamer", "poster")
MOST_DIGITS = 12
SECONDS = (0.02, 60.0)  # that a moment of an animation may stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One row: what can be said about a drawing, and how.

    ``name`` is the keyword; the command line writes it with dashes. ``default`` holds where nothing is said.
    An option has ``choices``, or is a number ``within`` bounds (``whole``: an integer), or a ``length`` with
    a unit (a number alone is in the unit ``bare``), or a ``switch``, or else a text. Which forms have a use
    for it, the table of forms says. The export dialog asks for every option of a form: ``title`` is what it
    calls it; what is ``first`` stands there at once, the rest below More; ``usual`` is what holds where
    nothing is said, in words; ``offered`` are texts to begin with.
    """

    name: str
    help: str
    default: Any = None
    choices: Callable[[], tuple[str, ...]] | None = None
    within: tuple[float, float] | None = None
    whole: bool = False
    length: bool = False
    bare: str = ""
    switch: bool = False
    metavar: str | None = None
    title: str = ""
    first: bool = False
    usual: str = ""
    offered: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What the export dialog calls it."""
        return tr(self.title) if self.title else self.name.replace("_", " ").capitalize()

    @property
    def flag(self) -> str:
        """How the command line says it: --scale, and --no-gradients for a switch that is on."""
        return f"--{'no-' * (self.default is True)}{self.name.replace('_', '-')}"

    def read(self, value: Any) -> Any:
        """The value, checked; a number may be a text, as on the command line. Raises Refusal."""
        if value is None:
            return self.default
        if self.choices is not None:
            *most, last = self.choices()
            if not isinstance(value, str):
                raise OptionRefusal(
                    self.name,
                    N_("{option} must be {choices}, not {given}."),
                    choices=joined([*most, last], "or"),
                    given=quoted(value),
                )
            if value not in (*most, last):
                choices = joined([*most, last], "or")
                raise Refusal(
                    tr(
                        "There is no {option} {given}: take {choices}.",
                        option=self.name,
                        given=quoted(value),
                        choices=choices,
                    )
                )
        elif self.length and self.within is not None:
            from micrograd_gui.figures.fitting.sizing import length_from

            return length_from(value, self.name, self.within, bare=self.bare)
        elif self.within is not None:
            return self._number(value, *self.within)
        elif self.switch and not isinstance(value, bool):
            raise OptionRefusal(
                self.name, N_("{option} must be True or False, not {given}."), given=quoted(value)
            )
        return value

    def _number(self, value: Any, least: float, most: float) -> float | int:
        number = given_number(value, self.name)
        if not least <= number <= most or (self.whole and not number.is_integer()):
            said = (
                N_("{option} must be a whole number from {least:g} to {most:g}, not {given}.")
                if self.whole
                else N_("{option} must be a number from {least:g} to {most:g}, not {given}.")
            )
            raise OptionRefusal(self.name, said, least=least, most=most, given=quoted(value))
        return int(number) if self.whole else number


# The table of dialects is loaded with what writes scripts; a test holds both to be one.
Where = Literal["beside", "below"]
Names = Literal["labels", "formula"]
DialectName = Literal["micrograd", "torch", "jax"]

OPTIONS: dict[str, Option] = {
    row.name: row
    for row in (
        Option(name="step", metavar="N",
            help=N_("the moment after N steps (0: before the first), last, or all: numbered files, "
                "pages of a "
            "PDF, slides of a .tex, frames of a GIF, WebP or .html; without it the end of the run, with no "
            "step outlined")),
        Option(name="style", title=N_("Style"), first=True, choices=lambda: STYLES, default="notebook",
            help=N_("whose look")),
        Option(name="theme", title=N_("Colours"), first=True, choices=lambda: tuple(PALETTES),
            usual=N_("as its reader's screen is"),
            help=N_("light; an .html goes by its reader's screen unless it is told; print needs no colours")),
        Option(name="scale", title=N_("Pixels per unit"), first=True, metavar="S", within=SCALE_RANGE,
            usual=N_("2, of an animation 1"), offered=("1", "2", "3"),
            help=N_("pixels per unit: of a PNG 2, of an animation 1")),
        Option(name="width", title=N_("Width"), first=True, metavar="W", length=True, within=WIDTHS,
            usual=N_("as it comes"), offered=(*PRESETS, "8.4cm", "17.4cm", "3.3in", "800px"),
            help=N_("how wide the figure is: 8.4cm, 84mm, 3.3in, 240pt, 800px, or with text and height "
            "column, two-columns, slide, beamer, poster; with --text the form is chosen that has that "
            "width")),
        Option(name="text", title=N_("Smallest text"), first=True, metavar="T", length=True, within=TEXTS,
            bare="pt", usual=N_("as it comes"), offered=("7pt", "8pt", "9pt", "10pt"),
            help=N_("how large its smallest text is: 8pt")),
        Option(name="dpi", title=N_("Pixels per inch"), metavar="D", within=DPIS,
            usual=N_("300, of an animation 150"), offered=("96", "150", "300", "600"),
            help=N_("of a picture of some width or text: of a PNG 300, of an animation 150; in px, 96")),
        Option(name="font", title=N_("Font"), metavar="NAME", usual="DejaVu Sans",  # as in code
            offered=("DejaVu Serif", "STIXGeneral"),  # as in code
            help=N_("of this machine, by name: \"Noto Serif\"; what it lacks another has; of a .tex for "
            "signs that TeX's own fonts lack")),
        Option(name="gradients", title=N_("with gradients"), first=True, switch=True, default=True,
            help=N_("no grad in the nodes")),
        Option(name="bars", title=N_("with bars for sign and size"), switch=True, default=False,
            help=N_("below each number a bar, the longer the larger: full, blue and to the right above 0, "
            "hollow, red and to the left below")),
        Option(name="wires", title=N_("On the wires"), first=True, choices=lambda: get_args(Wires),
            default="acting",
            help=N_("numbers on the wires of the acting step (in the canvas's style), on all: the value that "
            "came along, its local slope, and what it carried back; or on none")),
        Option(name="notation", title=N_("Gradients as"), choices=lambda: get_args(Notation), default="grad",
            help=N_("a.grad, or ∂L/∂a")),
        Option(name="panel", title=N_("With a plot"), metavar="WHAT", offered=("sweep", "tanh", "loss"),
            help=N_("in the same figure: loss (of a training), an op (tanh, or tanh:NODE), sweep (the target "
            "over a parameter, or sweep:NODE)")),
        Option(name="panel_at", title=N_("which stands"), choices=lambda: get_args(Where),
            usual=N_("where it has room"),
            help=N_("beside the graph or below it; beside, where the page is wider than 14 cm")),
        Option(name="transparent", title=N_("with a transparent ground"), switch=True, default=False,
            help=N_("no ground behind an SVG, PNG or .tex")),
        Option(name="rankdir", title=N_("Direction"), first=True, choices=lambda: DIRECTIONS,
            usual=N_("as it comes"),
            help=N_("to the right, or downwards")),
        Option(name="names", title=N_("Names"), choices=lambda: get_args(Names), default="labels",
            help=N_("of nodes that have no label: v3, or by formula what they are computed of: x1w1 + x2w2")),
        Option(name="nodes", metavar="A,B,…", help=N_("only these nodes and the wires between them")),
        Option(name="paths", metavar="NODE",
            help=N_("every path from that node to the target, told apart, with its product of slopes below")),
        Option(name="open_blocks", title=N_("collapsed blocks opened"), switch=True, default=False,
            help=N_("collapsed blocks with all their nodes")),
        Option(name="digits", title=N_("Digits"), metavar="N", within=(0, MOST_DIGITS), whole=True, default=4,
            help=N_("behind the point of each number: 4")),
        Option(name="card", switch=True,
            help=N_("the step card below the graph; without it, where a file has many moments")),
        Option(name="only", choices=lambda: ("graph", "card"), help=N_("no step card, or nothing but that")),
        Option(name="margin", title=N_("Margin"), metavar="M", within=(0, MOST_MARGIN), default=MARGIN,
            help=N_("around the whole, in units: 8")),
        Option(name="dialect", title=N_("Written in"), first=True, choices=lambda: get_args(DialectName),
            usual=N_("micrograd, or PyTorch for training"),
            help=N_("what a .py is written in: micrograd")),
        Option(name="train", title=N_("a script that trains"), first=True, switch=True, default=False,
            help=N_("a .py that trains the graph on its rows by PyTorch, or torchrun")),
        Option(name="fps", title=N_("Moments a second"), metavar="F", within=(1 / SECONDS[1], 1 / SECONDS[0]),
            usual="0.625",
            help=N_("moments per second of an animation")),
        Option(name="motion", title=N_("with motion"), switch=True, default=True,
            help=N_("no numbers that travel along the wires of a step")),
        Option(name="seconds", title=N_("Seconds a moment"), first=True, metavar="T", within=SECONDS,
            usual="1.6", help=N_("or seconds per moment: 1.6")),
        Option(name="worksheet", title=N_("as a worksheet with an answer key"), first=True, switch=True,
            default=False,
            help=N_("a sheet with blanks to fill in, and its answers: what comes after --step N is asked, "
            "without it the gradients")),
        Option(name="paper", title=N_("Paper"), choices=lambda: tuple(PAPERS), default="a4",
            help=N_("of a worksheet: a4 or letter")),
    )
}  # fmt: skip


class RenderOptions(TypedDict, total=False):
    """The same table as types, for those who check theirs; a test holds both to be one."""

    step: int | str | None
    theme: Literal["light", "dark", "print", "light-contrast", "dark-contrast"] | None
    style: Literal["notebook", "canvas"]
    rankdir: Literal["LR", "TB"] | None
    names: Names
    nodes: str | Iterable[str] | None
    paths: str | int | None
    gradients: bool
    bars: bool
    panel: str | None
    panel_at: Where | None
    wires: Wires
    notation: Notation
    open_blocks: bool
    digits: int
    card: bool | None
    only: Literal["graph", "card"] | None
    scale: float | None
    width: str | None
    text: str | float | None
    dpi: float | None
    font: str | None
    margin: float
    transparent: bool
    dialect: DialectName | None
    train: bool
    fps: float | None
    motion: bool
    seconds: float | None
    worksheet: bool
    paper: Literal["a4", "letter"]


def read_options(graph: Graph, given: Mapping[str, Any], *, folds: bool = True) -> tuple[str | None, Options]:
    """What was said, by the table: which step, and how it is drawn. Raises Refusal for what cannot be.

    ``folds`` says whether the form draws a collapsed block as one box.
    """
    for name in given:
        if name not in OPTIONS:
            raise Refusal(
                tr(
                    "There is no option {given}; there are {options}.",
                    given=quoted(name),
                    options=", ".join(OPTIONS),
                )
            )
    said = {name: row.read(given.get(name)) for name, row in OPTIONS.items()}
    card, only = said["card"], said["only"]
    if only == "graph" and card:
        raise OptionRefusal(("only", "card"), N_("{option} say opposite things: give one of them."))
    sizing = _sizing(given, said)
    options = Options(
        sizing=sizing,
        font=_font(said["font"]),
        theme=said["theme"],
        scale=said["scale"],
        transparent=said["transparent"],
        seconds=_seconds(said["fps"], said["seconds"]),
        motion=said["motion"],
        margin=said["margin"] if sizing is None or given.get("margin") is not None else _close(sizing),
        digits=said["digits"],
        rankdir=said["rankdir"] or Options().rankdir,
        gradients=said["gradients"],
        bars=said["bars"],
        panel=_panel(said["panel"]),
        panel_at=said["panel_at"],
        style=said["style"],
        nodes=_nodes(graph, said["nodes"]),
        paths=None if said["paths"] is None else _node(graph, said["paths"], "paths"),
        folded=folds and not said["open_blocks"],
        card=False if only == "graph" and card is None else card,
        only_card=only == "card",
        dialect=said["dialect"],
        train=said["train"],
        wires=said["wires"],
        formulas=said["names"] == "formula",
        notation=said["notation"],
        worksheet=said["worksheet"],
        paper=said["paper"],
    )
    return _step(said["step"]), options


def _sizing(given: Mapping[str, Any], said: Mapping[str, Any]) -> Sizing | None:
    """How wide the figure is to be, and how large its text; None where nothing is said of that."""
    width, text, dpi = said["width"], said["text"], said["dpi"]
    if width is None and text is None and dpi is None:
        return None
    from micrograd_gui.figures.fitting import sizing

    if said["scale"] is not None:
        other = "width" if width else "text" if text else "dpi"
        raise OptionRefusal(
            ("scale", other), N_("{option} both say how large a picture is: give one of them.")
        )
    preset = None if width is None else sizing.PRESETS.get(width.preset)
    size = None if text is None else text.points
    return sizing.Sizing(
        width=None if width is None else width.points,
        text=preset.text if size is None and preset is not None else size,
        dpi=preset.dpi if dpi is None and preset is not None else dpi,
        height=None if preset is None else preset.height,
        whole=preset is not None and preset.whole,
        unit=("pt" if text is None else text.unit) if width is None else width.unit,
        rankdir=said["rankdir"],
    )


def _close(sizing: Sizing) -> float:
    """The margin where nobody says: a page has room around a figure; one that is a page has none."""
    return 2 * CLOSE if sizing.whole else CLOSE


def _font(given: object) -> Family | None:
    """The font; raises Refusal where this machine has none of that name."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise OptionRefusal(
            "font",
            N_("{option} must be the name of a font, such as DejaVu Serif, not {given}."),
            given=quoted(given),
        )
    from micrograd_gui.fonts import family_named

    return family_named(given)


def _panel(given: object) -> str | None:
    if given is None or isinstance(given, str):
        return given
    raise OptionRefusal(
        "panel", N_("{option} must be a text, such as sweep:w1, not {given}."), given=quoted(given)
    )


def _step(given: object) -> str | None:
    """Which step, as a text; that there is one, the run knows."""
    return given if given is None or isinstance(given, str) else exact(given_number(given, "step"))


def _seconds(fps: float | None, seconds: float | None) -> float:
    if fps is not None and seconds is not None:
        raise OptionRefusal(
            ("fps", "seconds"), N_("{option} both say how fast an animation is: give one of them.")
        )
    if fps is not None:
        return 1 / fps
    return Options().seconds if seconds is None else seconds


def _nodes(graph: Graph, names: object) -> frozenset[NodeId] | None:
    """The nodes of those names ("a,b", or one by one); an id is taken as it is."""
    if names is None:
        return None
    if not isinstance(names, Iterable):
        raise OptionRefusal("nodes", N_("{option} must be names of nodes, not {given}."), given=quoted(names))
    each = names.split(",") if isinstance(names, str) else names
    return frozenset(_node(graph, name, "nodes") for name in each)


def _node(graph: Graph, name: object, option: Literal["nodes", "paths"]) -> NodeId:
    if isinstance(name, str):
        return graph.named(name.strip())
    if not isinstance(name, int) or name not in graph.nodes:
        said = (
            N_("{option} must be names of nodes, or ids, of this graph, not {given}.")
            if option == "nodes"
            else N_("{option} must be the name of a node, or its id, of this graph, not {given}.")
        )
        raise OptionRefusal(option, said, given=quoted(name))
    return name

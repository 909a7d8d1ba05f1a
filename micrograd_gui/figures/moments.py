"""Film: the moments of a run that are to be shown, and the figures of them, all laid out alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from micrograd.language import joined, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import spoken, written
from micrograd_gui.figures.figure import DIRECTIONS, MARGIN, STYLES, Figure, Style
from micrograd_gui.figures.geometry import Size
from micrograd_gui.figures.notebook_style import StandIns, lay_out_notebook, with_stand_ins
from micrograd_gui.figures.palette import Palette, palette_named
from micrograd_gui.figures.parts import SIZE, End
from micrograd_gui.figures.text_metrics import shown_label, width
from micrograd_gui.layout.graphviz import TIME_LIMIT, Progress
from micrograd_gui.session.record import record, script_of
from micrograd_gui.session.trace import Frame, Notation, Run, Step, Wires, cursors_named

# Cards, captions, blocks and the canvas's style are loaded where they are wanted: most pictures have none.
if TYPE_CHECKING:
    from micrograd_gui.figures.fitting.records import InForm
    from micrograd_gui.figures.fitting.sizing import Sizing
    from micrograd_gui.figures.folding import Folding
    from micrograd_gui.figures.on_wires import Words
    from micrograd_gui.figures.panels import Plotted
    from micrograd_gui.resource import Family
    from micrograd_gui.session.asking.on_wires import GraphWire, OnWire
    from micrograd_gui.session.asking.paths import Slopes
    from micrograd_gui.session.explain.formulas import Line
    from micrograd_gui.session.explain.of_rows import Said

SCALE_RANGE = (0.1, 20.0)  # pixels per unit that may be asked for
_MOST_BOXES = 10_000  # of all moments together; of more not every text is asked for its size
PAPERS = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}  # points


@dataclass(frozen=True, slots=True)
class Options:
    """Its colours, its pixels per unit, whether one sees through its ground, what is shown of the graph."""

    theme: str | None = None  # None: light, and a player as its reader's screen is
    scale: float | None = None  # None: 2 for a picture, 1 for an animation
    transparent: bool = False
    seconds: float = 1.6  # how long each moment of an animation stays
    motion: bool = True  # in an animation a step's numbers travel along the wires
    margin: float = MARGIN
    digits: int = 4
    rankdir: str = "LR"
    gradients: bool = True
    style: Style = "notebook"
    nodes: frozenset[NodeId] | None = None  # None: the whole graph
    folded: bool = True  # a collapsed block is drawn as one box
    card: bool | None = None  # the step card below; None: in a file of many moments
    card_from: int | None = 2  # of how many; None: of none
    only_card: bool = False  # the step card and no graph
    dialect: str | None = None  # what a script is written in; None: micrograd, and PyTorch for training
    train: bool = False  # whether a script trains the graph
    wires: Wires = "acting"  # on which of them numbers stand
    notation: Notation = "grad"  # how derivatives are written
    worksheet: bool = False  # blanks to fill in, and the answers
    paper: str = "a4"  # of a worksheet
    paths: NodeId | None = None  # the node whose paths to the target are drawn
    panel: str | None = None  # a plot beside or below the graph
    panel_at: str | None = None
    bars: bool = False  # a bar below each number tells its sign and size
    font: Family | None = None  # None: the font of all figures
    formulas: bool = False  # nodes without a label are called by what they are computed of
    sizing: Sizing | None = None  # how wide the figure is to be, and how large its text

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise Refusal(
                tr(
                    "There is no style “{style}”; there are {styles}.",
                    style=spoken(self.style),
                    styles=joined(STYLES),
                )
            )
        if self.rankdir not in DIRECTIONS:
            raise Refusal(
                tr(
                    "A graph is drawn {directions}, not “{direction}”.",
                    directions=joined(DIRECTIONS, "or"),
                    direction=spoken(self.rankdir),
                )
            )
        if self.only_card and self.card is False:
            raise Refusal(tr("Only the step card, and no step card: there would be nothing to draw."))

    @property
    def palette(self) -> Palette:
        """The colours; raises Refusal where there is no theme of that name."""
        return palette_named(self.theme or "light")


@dataclass(frozen=True, slots=True)
class Moment:
    """The numbers at one cursor, the step that led there, and what the step card says."""

    numbers: Frame | Callable[[], Frame]  # those of a whole run are too many to be held
    step: Step | None = None
    card: tuple[Line, ...] = ()
    cursor: int | None = None  # after how many steps; None: nobody counted
    said: Said | None = None  # what the gradients are of, where the graph has several rows
    wires: Mapping[GraphWire, OnWire] = field(default_factory=dict)  # what stands on all, where it is shown
    then: tuple[Step, ...] = ()  # what a worksheet asks: the steps that come next
    slopes: Slopes | None = None  # along the wires, where paths are wanted

    @property
    def frame(self) -> Frame:
        """The numbers."""
        return self.numbers() if callable(self.numbers) else self.numbers


@dataclass(frozen=True, slots=True)
class Storyboard:
    """What all moments share: the graph laid out with no numbers yet, and the height of the tallest card."""

    layout: Figure
    card_height: float


@dataclass(frozen=True)
class Film:
    """A graph and moments of its run; the pictures of all of them have the same size and places.

    ``options`` say how it is drawn, ``progress`` who waits for it. A film that is a part of another takes
    that one's storyboard over as ``given``. ``run`` is what its moments are of, where all of them are there.
    """

    graph: Graph
    moments: tuple[Moment, ...]
    options: Options = field(default_factory=Options)
    progress: Progress = field(default_factory=Progress)
    given: Storyboard | None = None
    plot: Plotted | None = None  # what stands beside or below the graph
    kept: Graph | None = None  # the graph that a picture carries, where nodes are called otherwise here
    run: Run | None = None
    whole_run: Run | None = None  # forward and backward, where somebody has recorded that already

    @property
    def title(self) -> str:
        """What the picture is of, in a few words."""
        target = self.graph.target
        if target is None:
            return tr("A step in a graph") if self.options.only_card else tr("A graph")
        name = shown_label(self.graph.nodes[target].name)
        if self.options.only_card:
            return tr("A step in the graph of {target}", target=name)
        return tr("The graph of {target}", target=name)

    def each(self) -> Iterator[Film]:
        """A film of one moment for each of them, drawn in the frame of the whole."""
        silent = Progress(stop=self.progress.stop)  # each tells nothing: the whole does
        for moment in self.watched():
            yield Film(self.graph, (moment,), self.options, silent, self.storyboard, self.plot, self.kept)

    @cached_property
    def visible_graph(self) -> Graph:
        """The part of the graph that is shown."""
        nodes = self.options.nodes
        if nodes is None:
            return self.graph
        return self.graph.without(self.graph.nodes.keys() - nodes)

    @cached_property
    def stand_ins(self) -> StandIns:
        """The same with its collapsed blocks as they are drawn."""
        return with_stand_ins(self.visible_graph) if self.options.folded else StandIns(self.visible_graph)

    @cached_property
    def blank(self) -> Figure:
        """The graph laid out, with no numbers yet; raises LayoutRefusal."""
        if self.given is not None:
            return self.given.layout
        if self.options.sizing is None:
            return self.natural
        from micrograd_gui.figures.fitting.fit import lay_out_to_fit

        return lay_out_to_fit(self, self.options.sizing, self.options.margin)

    @cached_property
    def natural(self) -> Figure:
        """The same as large as it comes, whatever width was asked for."""
        options = self.options
        if options.only_card:
            from micrograd_gui.figures.captions import card_only

            return card_only(moment.card for moment in self.moments)
        return self.completed(self.drawn(options.rankdir))

    def drawn(self, rankdir: str) -> Figure:
        """The graph alone in that direction, with no numbers yet."""
        return self._cards(rankdir) if self.options.style == "canvas" else self._records(rankdir)

    def plotted(self, plot: Plotted) -> Film:
        """The same with that plot."""
        return replace(self, plot=plot)

    def completed(self, made: Figure) -> Figure:
        """The graph with what belongs below it, and what its numbers are called."""
        options = self.options
        if options.only_card:
            return made
        if self.plot is not None:
            made = self.plot.put_on(made, options.margin)
        if options.paths is not None:
            from micrograd_gui.figures.paths import with_paths

            slopes = [each.slopes or {} for each in self.moments]
            made = with_paths(made, self.graph, options.paths, slopes, options.margin)
        if options.gradients and any(moment.said is not None for moment in self.moments):
            from micrograd_gui.figures.captions import with_room_to_say

            made = with_room_to_say(made, options.margin)
        return replace(made, digits=options.digits, grads=self.grads, bars=options.bars)

    @property
    def note(self) -> str:
        """What is to be told of how it was laid out, once that is done."""
        made = self.given.layout if self.given is not None else vars(self).get("blank")
        return "" if made is None else str(made.note)

    @cached_property
    def grads(self) -> Mapping[NodeId, str]:
        """What the gradient of each node is called on it, where that is not grad."""
        if self.options.notation == "grad":
            return {}
        from micrograd_gui.session.explain.formulas import naming_of

        names = naming_of(self.graph, self.options.notation)
        found = {number: names.short_grad(node) for number, node in self.graph.nodes.items()}
        stands = self.stand_ins.stands_for.items() if self.options.style == "notebook" else ()
        return found | {stand: found[stand] for _, stand in stands if stand in found}

    def in_forms(self) -> Iterator[InForm]:
        """The graph alone, drawn in one form of records after the other, in each direction."""
        from micrograd_gui.figures.fitting.records import Wanted, records_in_forms

        options, bounds = self.options, (TIME_LIMIT, self.progress.stop)
        if options.only_card:
            from micrograd_gui.figures.fitting.words import no_graph

            return iter((no_graph(),))
        if options.style == "notebook":
            parts = (self.stand_ins, self.widest, options.gradients, options.margin)
            wanted = Wanted(*parts, self.chip_sizes, self.grads, options.bars, options.paths is not None)
            return records_in_forms(wanted, options.sizing, *bounds)
        from micrograd_gui.figures.fitting.cards import cards_in_forms

        shown = (self._folding[0], lambda drawn: self.said_on(drawn, self.moments), self.widest)
        said = None if options.sizing is None else options.sizing.rankdir
        return cards_in_forms(*shown, options.gradients, options.margin, options.bars, said, *bounds)

    def chip_sizes(self, least: float = 0.0) -> Mapping[End, Size]:
        """The room that wires need in the notebook's style for what stands on them, none below ``least``."""
        if self.options.wires != "all":
            return {}
        from micrograd_gui.figures.on_wires import widest

        words = self.said_on(self.stand_ins.drawn_end, self.moments)
        return {end: whole for (end, _), (whole, _) in widest(words, least).items()}

    def _records(self, rankdir: str) -> Figure:
        options, stop = self.options, self.progress.stop
        return lay_out_notebook(
            self.stand_ins, self.widest, rankdir=rankdir, gradients=options.gradients, margin=options.margin,
            time_limit=TIME_LIMIT, stop=stop, wires=self.chip_sizes(), grads=self.grads,
        )  # fmt: skip

    @cached_property
    def _folding(self) -> tuple[Folding, str]:
        from micrograd_gui.figures.canvas_style import folding_of

        opened = not self.options.folded
        return folding_of(self.visible_graph, opened, self.progress.stop, TIME_LIMIT)

    def _cards(self, rankdir: str) -> Figure:
        from micrograd_gui.figures.canvas_style import lay_out_canvas

        options, (folding, note) = self.options, self._folding
        if rankdir == "TB" and folding.nodes:
            from micrograd_gui.figures.fitting.cards import downwards

            shown = (lambda drawn: self.said_on(drawn, self.moments), options.gradients, options.margin)
            return downwards(folding, *shown, TIME_LIMIT, self.progress.stop)
        said = self.said_on(folding.drawn_wire, self.moments)
        made = lay_out_canvas(folding, said, gradients=options.gradients, margin=options.margin)
        return replace(made, note=note) if note else made

    def said_on(self, shown: Callable[[End], End | None], moments: Sequence[Moment]) -> list[Words]:
        """What stands on the wires at each of those moments."""
        from micrograd_gui.figures.on_wires import words_of_step, words_on_all

        options, graph = self.options, self.graph
        if not options.gradients or options.wires == "none":
            return [{} for _ in moments]
        if options.wires == "acting":
            return [words_of_step(shown, graph, each.step, options.notation) for each in moments]
        return [words_on_all(shown, graph, each.wires, each.step, options.notation) for each in moments]

    def figure_at(self, moment: Moment) -> Figure:
        """The picture of that moment."""
        picture = self.blank.with_frame(moment.frame, moment.step)
        if picture.saying is not None:
            from micrograd_gui.figures.captions import with_saying

            picture = with_saying(picture, moment.said, self.options.margin)
        if self.options.paths is not None and picture.paths:
            from micrograd_gui.figures.paths import with_products

            slopes = moment.slopes or {}
            picture = with_products(picture, self.graph, self.options.paths, slopes, self.options.margin)
        if not picture.chips:
            return picture
        from micrograd_gui.figures.on_wires import with_words

        return with_words(picture, self.said_on(picture.drawn_end, [moment])[0])

    @property
    def pictures(self) -> Iterator[Figure]:
        """A picture of each moment, with the step card below where it is wanted; raises LayoutRefusal."""
        if not self.has_cards:
            return (self.figure_at(each) for each in self.watched())
        tall = self.storyboard.card_height
        return (self._with_card(each, tall) for each in self.watched())

    @property
    def has_cards(self) -> bool:
        """Whether the step card stands below each picture."""
        card, many = self.options.card, self.options.card_from
        usual = many is not None and len(self.moments) >= many
        return self.options.only_card or (usual if card is None else card)

    def below(self, layout: Figure) -> float:
        """How much higher the step card will make its pictures when it is laid out so, in units."""
        if not self.has_cards:
            return 0.0
        from micrograd_gui.figures.fitting.words import height_below

        return height_below(layout, self._board(layout).card_height, self.options.margin)

    def _with_card(self, moment: Moment, tall: float) -> Figure:
        from micrograd_gui.figures.fitting.words import with_card

        alone, size = self.options.only_card, (self.options.margin, self.options.sizing)
        return with_card(self.figure_at(moment), moment.card, tall, *size, alone=alone)

    @cached_property
    def storyboard(self) -> Storyboard:
        """What its moments share; raises LayoutRefusal."""
        if self.given is not None:
            return self.given
        return self._board(self.blank)

    def card_of(self, moment: Moment) -> tuple[Line, ...]:
        """The lines of its step card, broken where the figure is to have a width that they have not."""
        return moment.card if self.blank.unit is None else self._lines(self.blank, moment)

    def _lines(self, layout: Figure, moment: Moment) -> tuple[Line, ...]:
        from micrograd_gui.figures.fitting.words import broken_card

        return tuple(broken_card(moment.card, layout.width - 2 * self.options.margin, layout.least))

    def _board(self, layout: Figure) -> Storyboard:
        from micrograd_gui.figures.captions import height_of

        cards = [each.card if layout.unit is None else self._lines(layout, each) for each in self.moments]
        return Storyboard(layout, height_of(cards, layout.width if layout.unit is None else 0.0))

    def smallest_text(self, layout: Figure) -> float:
        """The size of the smallest text of all its pictures when it is laid out so, in units."""
        few = max(2, _MOST_BOXES // max(1, len(layout.boxes)))
        some = self.moments[:: max(1, -(-len(self.moments) // few))]
        silent = Progress(stop=self.progress.stop)
        film = replace(self, moments=some, given=self._board(layout), progress=silent)
        return min(picture.smallest_text for picture in film.pictures)

    def watched(self) -> Iterator[Moment]:
        """The moments; whoever waits is told after each. Raises Cancelled once nobody does."""
        progress, total = self.progress, len(self.moments)
        progress.tick(0, total)
        for done, each in enumerate(self.moments, 1):
            yield each
            progress.tick(done, total)

    @cached_property
    def widest(self) -> str:
        """The widest number of a whole run and of these moments, as bold text."""
        known, digits = self.whole_run, self.options.digits
        trace = record(self.graph, script_of(self.graph)) if known is None else known
        ends = (Moment(partial(trace.frame, cursor)) for cursor in {*trace.ends, len(trace)})
        frames = (moment.frame for moment in (*ends, *self.moments))
        numbers = {number for each in frames for part in (each.data, each.grad) for number in part.values()}
        texts = {written(number, digits) for number in (-1.0, *numbers)}
        return max(texts, key=lambda text: width(text, SIZE, bold=True))


def film_of(
    graph: Graph,
    step: str | None,
    options: Options,
    trace: Run | None = None,
    progress: Progress | None = None,
) -> Film:
    """The moments that ``step`` names: "last", "all", a number, or None. Raises Refusal.

    None is the end of the run as a result: the numbers of "last"; its step stands out only where it failed.
    """
    see_that_there_is_something(graph, options)
    if options.worksheet:
        from micrograd_gui.figures.blanks import run_before  # few want any

        run, cursor, then = run_before(graph, step, trace)
        asked = Moment(run.frame(cursor), cursor=cursor, then=then)
        return Film(graph, (asked,), options, progress or Progress())
    kept, plot, whole = graph, None, None
    if trace is None:
        trace = whole = record(graph, script_of(graph))
    if options.formulas:
        from micrograd_gui.figures.by_formula import named_by_formula

        graph = named_by_formula(graph)
    if options.panel is not None:
        from micrograd_gui.figures.panels import plotted

        plot = plotted(graph, trace, options.panel, options.panel_at, options.sizing)
    progress = Progress() if progress is None else progress
    if step is None and (options.only_card or trace.problem is not None):
        step = "last"  # a result has no step to tell of, a problem is one
    if step is None:
        end = len(trace)
        said, wires = said_at(graph, trace, end), wires_at(graph, trace, end, options)
        moments: tuple[Moment, ...] = (Moment(trace.frame(end), cursor=end, said=said, wires=wires),)
    else:
        cursors = cursors_named(trace, step)
        if step == "all" and options.folded and any(block.collapsed for block in graph.blocks):
            from micrograd_gui.figures.canvas_style import without_inner

            cursors = without_inner(cursors, trace, graph)
        moments = tuple(moment(graph, trace, cursor, options) for cursor in progress.waiting(cursors))
    if options.paths is not None:
        from micrograd_gui.figures.paths import slopes_at

        moments = tuple(replace(each, slopes=slopes_at(graph, trace, each.cursor or 0)) for each in moments)
    of_all = trace if step == "all" else None
    return Film(graph, moments, options, progress, None, plot, kept, of_all, whole)


def see_that_there_is_something(graph: Graph, options: Options) -> None:
    """Raises Refusal where there is nothing to draw."""
    if not graph.nodes:
        raise Refusal(tr("The graph is empty: there is nothing to draw."))
    if options.nodes is not None and not options.nodes & graph.nodes.keys():
        raise Refusal(tr("Nothing is selected: there is nothing to draw."))


def wires_at(graph: Graph, trace: Run, cursor: int, options: Options) -> Mapping[GraphWire, OnWire]:
    """What stands on all wires at that moment, where that is shown."""
    if options.wires != "all":
        return {}
    from micrograd_gui.session.asking.on_wires import on_wires

    return on_wires(graph, trace, cursor, trace.frame(cursor))


def moment(graph: Graph, trace: Run, cursor: int, options: Options | None = None) -> Moment:
    """That moment of the run, with its step card."""
    options = Options() if options is None else options
    from micrograd_gui.document.history import Entry, History
    from micrograd_gui.session.explain.card import card
    from micrograd_gui.session.state import State

    state = State(History((Entry(graph),)), trace=trace, cursor=cursor, notation=options.notation)
    numbers, said = partial(trace.frame, cursor), said_at(graph, trace, cursor)
    return Moment(numbers, state.step, card(state), cursor, said, wires_at(graph, trace, cursor, options))


def said_at(graph: Graph, trace: Run | None, cursor: int) -> Said | None:
    """What the gradients are of at that moment, where the graph has several rows."""
    if graph.data is None or len(graph.data) < 2:
        return None
    from micrograd_gui.session.explain.of_rows import gradients_are_of

    return gradients_are_of(graph, trace, cursor)

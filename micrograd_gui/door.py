"""The front door for programs: read, parse, write, run, check, render and train, without a window.

Where a graph is asked for, a live value is taken, too (a Value, one of karpathy/micrograd, a PyTorch scalar),
and the name of a file or an example. Of a value it is the graph behind it, run anew, whatever its grads are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, Unpack, overload

from msgspec.structs import replace

from micrograd.language import N_, again, tr
from micrograd_gui import door  # this module: its types are asked of it, see __getattr__
from micrograd_gui.document.data import Data, TrainingPlan
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import given_count, given_number, quoted, runs

if TYPE_CHECKING:
    from micrograd.check_row import Reason as Reason
    from micrograd.check_row import Verdict as Verdict
    from micrograd_gui.export.options import RenderOptions as RenderOptions
    from micrograd_gui.session.measure import Checked as Checked
    from micrograd_gui.session.trace import Frame
    from micrograd_gui.session.trace import RecordedRun as RecordedRun
    from micrograd_gui.session.trace import Step as Step
    from micrograd_gui.session.training.learned import Trained as Trained
    from micrograd_gui.session.training.trainer import Trainer as Trainer

# Where the types live that are loaded when somebody asks for the hints of what is offered here.
_TYPES = {
    "Reason": "micrograd.check_row",
    "Verdict": "micrograd.check_row",
    "RenderOptions": "micrograd_gui.export.options",
    "Checked": "micrograd_gui.session.measure",
    "RecordedRun": "micrograd_gui.session.trace",
    "Step": "micrograd_gui.session.trace",
    "Trained": "micrograd_gui.session.training.learned",
    "Trainer": "micrograd_gui.session.training.trainer",
}


def __getattr__(name: str) -> Any:
    if name not in _TYPES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_TYPES[name]), name)


AnyPath = str | PathLike[str]


class LiveValue(Protocol):
    """A number that knows what it was computed of: a Value, one of karpathy/micrograd, a PyTorch scalar."""

    @property
    def data(self) -> Any: ...

    @property
    def grad(self) -> Any: ...


AnyGraph = Graph | LiveValue | str | PathLike[str]


# Graphs, from files and words and back -----------------------------------------------------------


@Net("open")
def read(path: AnyPath) -> Graph:
    """The graph in a file of any kind that opens, or the built-in example of that name.

    Files are .micrograd, DOT, and the pictures (SVG, PNG, PDF, TeX), scripts, notebooks and pages that were
    exported here; the cells of any other notebook or script are walked through, as `parse` does, and what
    each printed is in ``graph.workspace.cells``. A name is an example before it is a file; a `pathlib.Path`
    is always a file. Raises Refusal, which names file and field.
    """
    from micrograd_gui.files.documents import open_named

    return open_named(path if isinstance(path, str) else _path(path)).graph


@Net("read")
def parse(text: str, /, *, onto: AnyGraph | None = None, **values: float) -> Graph:
    """The graph that an expression or a pasted cell describes: ``parse("L = (a*b + c) * f", a=2, b=-3)``.

    Statements are separated by ``;`` or line breaks, and the last one is the target. A name that nothing
    defines is a leaf of value 1, unless ``values`` gives it another. With ``onto`` the text is a further
    cell: the labels of that graph, and what earlier cells have defined, are known in it, and all that the
    graph has stays, unless the cell trains: then the graph is what it trains, with rows and plan.
    A cell may have functions, loops and classes; it is walked through within bounds, never executed, and
    what it printed is ``graph.workspace.cells[-1].printed``. Raises Refusal, which names line and column.
    """
    from micrograd_gui.document.notation.reader import graph_from_expression

    if not isinstance(text, str):
        raise Refusal(
            tr("text must be an expression or a cell, such as “L = a*b”, not {given}.", given=quoted(text))
        )
    graph = graph_from_expression(text, None if onto is None else _graph(onto, "onto"), cell=True)
    return set_leaves(graph, values)


def set_leaves(graph: Graph, values: Mapping[str, float]) -> Graph:
    """The graph with its leaves of those labels at other numbers; raises Refusal where there is none."""
    labels = {key: node.id for node in graph if node.label for key in (runs(node.title), node.title)}
    for name, number in values.items():
        at = labels.get(name, labels.get(runs(name)))  # x_{12} is x_12, too
        if at is None:
            leaves = ", ".join(node.title for node in graph if node.label and node.is_leaf)
            said = N_("There is no node called {name}; the leaves are {leaves}.")
            raise Refusal(tr(said, name=quoted(name), leaves=leaves[:200]))
        graph = graph.valued(at, given_number(number, name))
    return graph


@Net("save", N_("The graph"))
def write(graph: AnyGraph, path: AnyPath) -> None:
    """Save the graph as a .micrograd file, whole or not at all; for other forms there is `render`.

    Raises Refusal, also for a path of another suffix.
    """
    from micrograd_gui.files import documents

    documents.write(_path(path), _graph(graph))


# A run, moment by moment -------------------------------------------------------------------------


def names_of(graph: Graph) -> dict[NodeId, str]:
    """What each node is called: as on the screen, and constants of one number with their ids behind it.

    The first of them keeps the number alone, and where a label is that, too, none of them does: ``2 (7)``.
    """
    names: dict[NodeId, str] = {}
    taken: set[str] = set()
    for node in sorted(graph, key=lambda node: not node.label):
        name = f"{node.name} ({node.id})" if node.name in taken else node.name
        taken.add(name)
        names[node.id] = name
    return names


class NumbersByName(Mapping[str, float]):
    """The numbers of nodes by name, or by id; a node that has none yet is missing."""

    def __init__(self, names: Mapping[NodeId, str], numbers: Mapping[NodeId, float]) -> None:
        self._numbers = {names[node]: number for node, number in numbers.items()}
        self._names = names

    def __getitem__(self, node: str | NodeId) -> float:
        return self._numbers[self._names[node] if isinstance(node, int) else node]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return repr(self._numbers)


@dataclass(frozen=True)
class MomentNumbers:
    """All numbers of a moment, by the names of the nodes: ``data``, and ``grad`` where the pass has come."""

    data: NumbersByName
    grad: NumbersByName


@dataclass(frozen=True, eq=False)
class RecordedPasses(Sequence[MomentNumbers]):
    """A forward and a backward pass, written down: a sequence of its moments.

    Where the graph has several rows, it shows one of them; ``of`` says what the gradients at the end are of.
    ``steps[i]`` leads from moment i to moment i + 1, so there is one moment more than there are steps; its
    nodes are ids, which ``names`` tells. Moment 0 is before the first step, moment −1 the end. ``problem`` is
    the sentence that says why the run ended early; None where it did not.
    """

    graph: Graph
    trace: door.RecordedRun

    @property
    def steps(self) -> tuple[door.Step, ...]:
        """Its moves, in order."""
        return self.trace.steps

    @property
    def of(self) -> str:
        """“gradients of parameters: mean of 20 rows · of all else: row 1 of 20”; empty for a single row."""
        return self.of_at(-1)

    def of_at(self, moment: int) -> str:
        """The same for that moment. Raises Refusal where there is none."""
        from micrograd_gui.session.explain.of_rows import gradients_are_of

        said = gradients_are_of(self.graph, self.trace, self._cursor(moment))
        return "" if said is None else said.long

    @property
    def problem(self) -> str | None:
        """Why it ended early, in a sentence; None: it did not."""
        return None if self.trace.problem is None else again(self.trace.problem.note)

    @cached_property
    def names(self) -> dict[NodeId, str]:
        """What each node is called here, by id."""
        return names_of(self.graph)

    def frame(self, moment: int) -> MomentNumbers:
        """All numbers at that moment: ``run.frame(0).data["a"]``. Raises Refusal where there is none."""
        frame: Frame = self.trace.frame(self._cursor(moment))
        return MomentNumbers(NumbersByName(self.names, frame.data), NumbersByName(self.names, frame.grad))

    def _cursor(self, moment: int) -> int:
        if not -len(self) <= _moment(moment) < len(self):
            said = N_("There is no moment {moment}: the run has moments 0 to {last}.")
            raise Refusal(tr(said, moment=moment, last=len(self) - 1))
        return moment % len(self)

    def __len__(self) -> int:
        return len(self.trace) + 1

    @overload
    def __getitem__(self, moment: int) -> MomentNumbers: ...
    @overload
    def __getitem__(self, moment: slice) -> Sequence[MomentNumbers]: ...
    def __getitem__(self, moment: int | slice) -> MomentNumbers | Sequence[MomentNumbers]:
        if isinstance(moment, slice):
            return [self.frame(each) for each in range(*moment.indices(len(self)))]
        if not -len(self) <= _moment(moment) < len(self):
            raise IndexError(moment)
        return self.frame(moment)


@Net("run", N_("The graph"))
def run(graph: AnyGraph, *, rows: bool | None = None) -> RecordedPasses:
    """Run the graph forward, then backward, and write down every moment. The graph stays as it is.

    Where it learns from several rows, the pass goes through the one that is shown, and its last step makes
    the gradients of the parameters those over the rows, by which `train` steps; ``of`` says so. With
    ``rows=False``, or where the graph's plan has it so, all of them are of the row that is shown.
    Raises Refusal where there is no node. What cannot be computed ends the run early, as ``problem`` says.
    """
    from micrograd_gui.session.over_rows import passes
    from micrograd_gui.session.record import record

    if (whole := _graph(graph)).target is None:
        raise Refusal(tr("The graph is empty: there is nothing to run."))
    whole = whole if rows is None else _learning_from(whole, rows)
    return RecordedPasses(whole, record(whole, passes(whole)))


def _learning_from(graph: Graph, rows: bool) -> Graph:
    """The graph, its gradients those of its rows, or of the row that it shows."""
    return graph.planned(replace(graph.plan or TrainingPlan(), gradients_of="rows" if rows else "row"))


# The numeric check -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A node: its slope by backward and by differences, their relative error, and whether they agree.

    ``label`` is the name of the node, ``node`` its id. ``ok`` is None where the slope is not checked, or
    cannot be told. ``reason`` says what the ``verdict`` rests on, ``words`` the same in a few words.
    """

    label: str
    node: NodeId
    data: float
    analytic: float
    numeric: float
    error: float
    ok: bool | None
    reason: door.Reason | None
    words: str
    verdict: door.Verdict


class CheckRows(Sequence[CheckRow]):
    """The rows of a check, operands first; shown as a table. ``ok``: all agree; None: nobody can tell."""

    def __init__(self, graph: Graph, checked: Sequence[door.Checked], h: float) -> None:
        self.graph, self.checked, self.h = graph, checked, h
        names = names_of(graph)
        named = ((names[each.node], each) for each in checked)
        self._rows = [
            CheckRow(name, c.node, c.data, c.analytic, c.numeric, c.error, c.ok, c.reason, c.words, c.verdict)
            for name, c in named
        ]

    @property
    def ok(self) -> bool | None:
        """Whether all agree; None: of some nobody can tell, and the others do."""
        from micrograd.check_row import all_ok

        return all_ok([row.ok for row in self._rows])

    @overload
    def __getitem__(self, at: int) -> CheckRow: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CheckRow]: ...
    def __getitem__(self, at: int | slice) -> CheckRow | Sequence[CheckRow]:
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        from micrograd_gui.export.check_report import check_as_table

        return check_as_table(self.graph, self.checked, self.h)

    def _repr_html_(self) -> str:
        from micrograd_gui.export.check_report import check_as_html

        return check_as_html(self.graph, self.checked)


@Net("run", N_("The graph"))
def check(graph: AnyGraph, h: float = 1e-6) -> CheckRows:
    """The numeric slope of the target for every node that feeds it, beside the analytic one.

    ``h`` is how far each node is moved, to both sides; less where it is too coarse. Raises Refusal where h is
    not larger than 0 or not finite, and where the graph cannot be computed.
    """
    from micrograd_gui.session import measure

    graph, h = _graph(graph), measure.checked_step(h)
    return CheckRows(graph, measure.check(graph, h), h)


@Net("run", N_("The graph"))
def forward_mode(graph: AnyGraph, leaf: str | NodeId) -> NumbersByName:
    """Every node's derivative by that leaf (its name, or id), found forward with the numbers.

    That of the target is the leaf's gradient, for which a backward pass finds those of all leaves at once.
    Raises Refusal for what is no leaf. A node that cannot be computed is missing.
    """
    from micrograd_gui.session.asking.forward_mode import derivatives
    from micrograd_gui.session.build import build

    graph = _graph(graph)
    number = graph.named(leaf) if isinstance(leaf, str) else leaf
    node = graph.nodes.get(number)
    if node is None or not node.is_leaf:
        raise Refusal(tr("leaf must be a leaf of the graph, not {given}.", given=quoted(leaf)))
    data = {each: value.data for each, value in build(graph).items()}
    return NumbersByName(names_of(graph), derivatives(graph, data, number))


# Pictures and other forms ------------------------------------------------------------------------


@Net("export", N_("The graph"))
def render(graph: AnyGraph, path: AnyPath, **options: Unpack[door.RenderOptions]) -> tuple[Path, ...]:
    """Draw the graph with its numbers into a file whose suffix decides the form; gives the paths written.

    The options are those of ``micrograd-gui render``, whose --help explains them: ``step="last"``,
    ``theme="dark"``, ``margin=3``, ``nodes=["a", "L"]``, ``gradients=False``, … Raises Refusal, also for an
    option that the form has no use for, and then no file has changed.
    """
    from micrograd_gui.export import formats

    return formats.render(_graph(graph), _path(path), options)


# Training ----------------------------------------------------------------------------------------


@Net("run", N_("The training"))
def train(
    graph: AnyGraph,
    steps: int | None = None,
    rate: float | None = None,
    *,
    seed: int | None = None,
    rows: AnyPath | Data | None = None,
    held_out: float | None = None,
) -> door.Trained:
    """Gradient descent over the rows of the graph's data, or over those of a CSV file.

    What is not given is as in the graph's own plan. ``rate`` is how far a step goes, ``seed`` draws new
    weights as micrograd does, ``rows`` binds the columns of a table to the leaves of their names, and those
    of no such name to the inputs that are free. ``held_out`` is the share of the rows, from 0 to 0.9, that is
    not learned from; the seed says which. Raises Refusal where there is nothing to train, and
    where a step would make the loss not finite.
    """
    from micrograd_gui.session.training.learned import Learned

    training, steps = prepare_training(graph, steps, rate, seed=seed, rows=rows, held_out=held_out)
    learned = Learned(training)
    for _ in range(steps):
        learned.step()
    return learned.result()


def prepare_training(
    graph: AnyGraph,
    steps: float | str | None = None,
    rate: float | str | None = None,
    *,
    seed: float | str | None = None,
    rows: AnyPath | Data | None = None,
    held_out: float | str | None = None,
) -> tuple[door.Trainer, int]:
    """A training by the graph's plan and what is said otherwise, and how many steps to take; as `train`.

    A number may be a text, as on the command line.
    """
    from micrograd_gui.document.networks import redrawn
    from micrograd_gui.files import tables
    from micrograd_gui.session.training.trainer import Trainer

    graph = _graph(graph)
    if rows is not None:
        data = rows if isinstance(rows, Data) else tables.read(_path(rows, "rows"))
        graph = graph.fed(data.matched(graph.nodes))
    plan = graph.plan or TrainingPlan()
    if rate is not None:
        plan = replace(plan, rate=given_number(rate, "rate"))
    if seed is not None:
        plan = replace(plan, seed=given_count(seed, "seed"))
    if held_out is not None:
        plan = replace(plan, held_out=given_number(held_out, "held_out"))
    steps = plan.steps if steps is None else given_count(steps, "steps")
    graph = graph.planned(replace(plan, steps=steps) if steps else plan)
    return Trainer(graph if seed is None else redrawn(graph, plan.seed)), steps


# What is given, looked at ------------------------------------------------------------------------


def _graph(given: object, what: str = "graph") -> Graph:
    """That graph, or the one that stands behind what is given; raises Refusal where there is none."""
    if isinstance(given, Graph):
        return given
    from micrograd_gui.files.given import graph_given  # most have a graph

    return graph_given(given, what)


def _moment(given: object) -> int:
    """The number of a moment; raises Refusal where it is none."""
    if not isinstance(given, SupportsIndex):
        raise Refusal(tr("moment must be a whole number, not {given}.", given=quoted(given)))
    return given.__index__()


def _path(given: object, what: str = "path") -> Path:
    """The path, or that of an address, ``file:///…``; raises Refusal where it is none."""
    from micrograd_gui.files.documents import as_path

    name = fspath(given) if isinstance(given, str | PathLike) else None
    if isinstance(name, str):
        return Path(as_path(name) if given is name else name)
    raise Refusal(tr("{what} must be the name of a file, not {given}.", what=what, given=quoted(given)))

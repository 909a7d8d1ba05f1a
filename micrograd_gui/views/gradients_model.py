"""The gradients table as a Qt model: a row per node, what is known of it at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby, islice
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from micrograd.language import N_, tr, with_colon
from micrograd_gui.document.data import OPTIMISERS, TrainingPlan
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.text import MINUS, NOT_YET, as_shown, as_tip, written
from micrograd_gui.session.explain.formulas import name_of, naming_of
from micrograd_gui.session.explain.verdicts import both, verdict_of
from micrograd_gui.session.found import Apart
from micrograd_gui.session.measure import Nudge
from micrograd_gui.session.state import State, moved_between
from micrograd_gui.session.stepping import descent_at
from micrograd_gui.session.trace import Field
from micrograd_gui.views.theme import Look

COLUMNS = (N_("node"), "data", N_("analytic"), N_("numeric"), N_("error"), N_("verdict"))
_TIPS = (
    N_("The name of the node."),
    N_("What the node holds."),
    N_("The gradient that the backward pass has put there so far."),
    N_("The slope measured from outside: the node is moved by h, and the target answers."),
    N_("How far analytic and numeric are apart, relative to the larger."),
    N_("Whether the two agree."),
)
_WHOSE = {True: N_("notebook"), False: N_("wrong run")}  # by whether it is live
NODE, DATA, ANALYTIC, NUMERIC, ERROR, VERDICT = range(6)
_FIELDS: dict[int, Field] = {DATA: "data", ANALYTIC: "grad"}
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_NEVER = frozenset({Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.CheckStateRole})  # asked of each cell
_MANY = 40  # more runs of rows than that are said to differ as one, with what lies between
_MEASURED = 50  # rows whose text is measured, to give a column its width


class GradientsModel(QAbstractTableModel):
    """Reads everything from the State it shows; a step says ``dataChanged`` for the rows that changed."""

    def __init__(self, state: State, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._look = look
        self._take(state, _columns(state))

    def _take(self, state: State, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.order = state.graph.order  # the nodes, a row each
        self._rows = state.graph.wiring.ranks

    def widest(self) -> dict[int, str]:
        """By column the longest text that tells another run's number from a right one; none without one."""
        finding = self._state.finding
        if finding is None:
            return {}
        columns = {DATA: finding.data, ANALYTIC: finding.grad, VERDICT: finding.data | finding.grad}
        return {
            column: max((self.text(node, column) for node in islice(nodes, _MEASURED)), key=len)
            for column, nodes in columns.items()
            if nodes
        }

    @property
    def measured(self) -> bool:
        """Whether any slope has been measured from outside."""
        return measured(self._state)

    def row_of(self, node: NodeId) -> int | None:
        """The row of a node; None where it has none."""
        return self._rows.get(node)

    def set_look(self, look: Look) -> None:
        """Draw with these colours from now on."""
        self._look = look
        self._say_changed(range(len(self.order)))

    def show(self, state: State, *, seen: bool = True) -> None:
        """Stand for that State from now on; where nobody sees it, what differs is said at one stroke."""
        old, columns = self._state, _columns(state)
        if state.graph.order != self.order or columns != self.columns:
            self.beginResetModel()
            self._state = state
            self._take(state, columns)
            self.endResetModel()
            return
        self._state = state
        if self._state.notation != old.notation or state.graph.target != old.graph.target:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, ANALYTIC, ANALYTIC)
        many = len(self.order) > LARGE and old.frame is not state.frame and moved_between(old, state) is None
        if state.is_training or not seen or many:  # nearly all of them differ
            self._say_changed(range(len(self.order)))
        else:
            self._say_changed(sorted({self._rows[node] for node in _differing(old, state)}))

    def _say_changed(self, rows: Iterable[int]) -> None:
        last = self.columnCount() - 1
        if isinstance(rows, range) and rows:  # all of them
            self.dataChanged.emit(self.createIndex(rows[0], 0), self.createIndex(rows[-1], last))
            return
        runs = [
            [row for _, row in run] for _, run in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0])
        ]
        if len(runs) > _MANY:
            runs = [[runs[0][0], runs[-1][-1]]]
        for run in runs:  # createIndex, as index would ask each time how many rows and columns there are
            self.dataChanged.emit(self.createIndex(run[0], 0), self.createIndex(run[-1], last))

    # What Qt asks ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """A row per node."""
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """The heads of the columns, and their tips."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._head(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            if section <= VERDICT:
                return tr(_TIPS[section])
            return tr("What the optimiser remembers of the parameter.")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.FontRole:  # the style sheet would leave it as large as elsewhere
            return self._look.font(12)
        return None

    def _head(self, column: int) -> str:
        """What stands above a column: above the gradients their name, where they have one of Leibniz's."""
        if column != ANALYTIC:
            return self.columns[column]
        names = naming_of(self._state.graph, self._state.notation)
        return as_shown(f"∂{names.target}/∂·") if names.leibniz else self.columns[column]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What stands in a cell: its text, its number, its colours, and how it is read aloud."""
        if role in _NEVER or not index.isValid():
            return None
        node, column = self.order[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return as_shown(self.text(node, column))
            case Qt.ItemDataRole.UserRole:
                return self.number(node, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(self._colour(node, column))
            case Qt.ItemDataRole.BackgroundRole:
                step = self._state.step
                acting = step is not None and step.node == node
                return QColor(self._look.theme.accent_fill) if acting else None
            case Qt.ItemDataRole.FontRole:
                font = self._look.font(bold=column == NODE)
                font.setStrikeOut(self._stale(node, column))
                return font
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(node, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                aloud = f"{self.columns[column]} {_read_aloud(self.text(node, column))}"
                if self._stale(node, column):
                    return tr("{number}, from before the update", number=aloud)
                return aloud
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                name = name_of(self._state.graph.nodes[node])
                return tr("{column} of {node}", column=self.columns[column], node=name)
        return None

    # What stands in a cell -------------------------------------------------------------------

    def number(self, node: NodeId, column: int) -> float | None:
        """The number of a cell; None where there is none, or it is not computed yet."""
        state = self._state
        if column == DATA:
            return state.frame.data.get(node)
        if column == ANALYTIC:
            return state.frame.grad.get(node)
        if column == NUMERIC:
            return _numeric(state, node)
        if column == ERROR:
            return _error(state, node)
        return _remembered_number(state, node, column - VERDICT - 1) if column > VERDICT else None

    def text(self, node: NodeId, column: int) -> str:
        """What stands in a cell, as text."""
        if column == NODE:
            return name_of(self._state.graph.nodes[node])
        if column == VERDICT:
            return verdict_of(self._state, node).mark
        number = self.number(node, column)
        if column > VERDICT and number is None:
            return ""
        apart = self._apart(node, column)
        if apart is not None:
            other, fresh = both(apart)
            return f"{other} ({tr(_WHOSE[self._live])})" + ("" if number is None else f" · {fresh}")
        nudge = self._state.nudge
        if column == DATA and nudge is not None and (moved := nudge.shows(node)) is not None:
            return " → ".join(moved)
        return _brief(number) if column == ERROR and number is not None else written(number)

    def _stale(self, node: NodeId, column: int) -> bool:
        """Whether a number stands there from before an update, where a fresh run would give another."""
        state = self._state
        if column in (NUMERIC, ERROR):
            checked = state.check_of(node) is not None
            return state.check_is_stale and checked and _nudge_of(state, node) is None
        if column == DATA and state.nudge is not None and state.nudge.shows(node) is not None:
            return False
        return column in _FIELDS and (node, _FIELDS[column]) in state.frame.stale

    def _apart(self, node: NodeId, column: int) -> Apart | None:
        """The number of a notebook or a wrong run beside that of this run, where they differ."""
        finding = self._state.finding
        if finding is None or column not in (DATA, ANALYTIC):
            return None
        return (finding.data if column == DATA else finding.grad).get(node)

    @property
    def _live(self) -> bool:
        """Whether it is a notebook that has other numbers than this run."""
        return self._state.finding is None or self._state.finding.whose == "notebook"

    def _tip(self, node: NodeId, column: int) -> str:
        name = name_of(self._state.graph.nodes[node])
        if column == NODE:
            rule = self._state.graph.nodes[node].rule
            tip = tr("{name}: a value", name=name) if rule is None else with_colon(name, rule.told)
        elif column == VERDICT:
            tip = verdict_of(self._state, node).sentence
        else:
            number = self.number(node, column)
            word = {DATA: "data", ANALYTIC: "grad"}.get(column, self.columns[column])
            what = f"{name}.{word}"
            if column == ANALYTIC:
                names = naming_of(self._state.graph, self._state.notation)
                what = names.grad(self._state.graph.nodes[node]) if names.leibniz else what
            said = [tr("{what} is not computed yet", what=what) if number is None else f"{what} = {number!r}"]
            nudge = self._state.nudge
            if column == DATA and nudge is not None and node in nudge.moved:
                said.append(tr("nudged it is {number}", number=repr(nudge.after[node])))
            apart = self._apart(node, column)
            if apart is not None:
                other = tr(NOT_YET) if apart.other is None else repr(apart.other)
                live = self._live
                there = (
                    tr("in the notebook it is {number}") if live else tr("in the wrong run it is {number}")
                )
                said.append(there.format(number=other))
            if self._stale(node, column):
                said.append(tr("from before the update: run again for the present one"))
            tip = "; ".join(said)
            if column in _FIELDS:
                from micrograd_gui.session.asking.why import why  # late: nobody points at a cell at the start

                tip += f". {why(self._state, node)[column == ANALYTIC]}"
        return as_tip(tip)

    def _colour(self, node: NodeId, column: int) -> str:
        theme = self._look.theme
        if column == NODE:
            return theme.text
        if column == VERDICT:
            sign = verdict_of(self._state, node).sign
            return theme.good if sign == "✓" else theme.bad if sign == "✗" else theme.muted
        if column == ERROR or self.number(node, column) is None or self._stale(node, column):
            return theme.muted
        return theme.data if column == DATA else theme.grad


_OF_WORDS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_OF_NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _alignment(column: int) -> Qt.AlignmentFlag:
    return _OF_WORDS if column in (NODE, VERDICT) else _OF_NUMBERS


def _read_aloud(text: str) -> str:
    return tr("not computed yet") if text == "·" else text or tr("none")


def _brief(number: float) -> str:
    """An error in as few signs as tell its size: ``0``, ``3e−12``, ``0.75``."""
    if number == 0 or not number < 0.01:
        return "0" if number == 0 else written(number, 2)
    return f"{number:.0e}".replace("e-", f"e{MINUS}")


# What follows from a State ---------------------------------------------------------------------------


def measured(state: State) -> bool:
    """Whether any slope has been measured from outside."""
    return bool(state.checked) or state.nudge is not None


def _numeric(state: State, node: NodeId) -> float | None:
    """The numeric slope that the verdict is on, where there is one; else that of a nudge.

    A nudge of a large h gives another number, to one side more so: with ✓ beside it, it would pass for right.
    """
    if (nudge := _nudge_of(state, node)) is not None:
        return nudge.numeric
    row = state.check_of(node)
    return None if row is None else row.numeric


def _nudge_of(state: State, node: NodeId) -> Nudge | None:
    """The nudge that the measured numbers of the node's row are of; None where they are of a check."""
    if state.nudge is None or state.nudge.node != node:
        return None
    return state.nudge if state.check_is_stale or state.check_of(node) is None else None


def _analytic(state: State, node: NodeId) -> float | None:
    """The gradient on screen; before the backward pass has come by, the one that it would bring."""
    if node in state.frame.grad:
        return state.frame.grad[node]
    if (nudge := _nudge_of(state, node)) is not None:
        return nudge.analytic
    row = state.check_of(node)
    return None if row is None else row.analytic


def _error(state: State, node: NodeId) -> float | None:
    numeric, analytic = _numeric(state, node), _analytic(state, node)
    if numeric is None or analytic is None:
        return None
    row = state.check_of(node)
    of_check = row is not None and numeric == row.numeric
    if row is not None and of_check and (analytic == row.analytic or state.check_is_stale):
        return row.error  # numbers of two moments are not compared
    scale = max(abs(numeric), abs(analytic))
    return abs(numeric - analytic) / scale if scale else 0.0


def _columns(state: State) -> tuple[str, ...]:
    """The names of the columns: the usual ones, and what the optimiser remembers of each parameter."""
    return tuple(map(tr, COLUMNS)) + _optimiser_columns(state)


def _optimiser_columns(state: State) -> tuple[str, ...]:
    """What the optimiser remembers of each parameter: the names of its columns."""
    columns = OPTIMISERS[(state.graph.plan or TrainingPlan()).optimiser].columns
    memory = _remembered(state) if columns else {}
    return columns if any(len(each) == len(columns) for each in memory.values()) else ()


@lru_cache(maxsize=2)  # of the State before and after a change
def _remembered(state: State) -> dict[NodeId, tuple[float, ...]]:
    return dict(descent_at(state).memory)


def _remembered_number(state: State, node: NodeId, column: int) -> float | None:
    memory = _remembered(state).get(node, ())
    return memory[column] if column < len(memory) else None


def _differing(old: State, new: State) -> set[NodeId]:
    """The nodes whose row may look different; the order of the nodes is the same in both."""
    moved = moved_between(old, new)
    nodes: set[NodeId] = set(moved or ())
    if moved is None and old.frame is not new.frame:
        for was, now in ((old.frame.data, new.frame.data), (old.frame.grad, new.frame.grad)):
            if was is not now:
                nodes.update(node for node, _ in was.items() ^ now.items())
        nodes.update(node for node, _ in old.frame.stale ^ new.frame.stale)
    steps = (old.step, new.step)
    if steps[0] is not steps[1]:
        nodes.update(step.node for step in steps if step is not None and step.node is not None)
    if steps[0] is not steps[1] or old.trace is not new.trace or old.cursor != new.cursor:
        nodes.update(each.node for each in new.checked)  # a verdict depends on how far the pass has come
    if old.finding is not new.finding:
        for each in (old.finding, new.finding):
            nodes.update(() if each is None else (*each.data, *each.grad))
    if _optimiser_columns(new):
        nodes.update(new.graph.parameters)
    if old.nudge is not new.nudge:
        for nudge in (old.nudge, new.nudge):
            nodes.update(() if nudge is None else (nudge.node, *nudge.moved))
    if old.checked is not new.checked:
        nodes.update(each.node for each in (*old.checked, *new.checked))
    if old.graph.nodes is not new.graph.nodes:
        nodes.update(node for node in new.graph.order if old.graph.nodes[node] is not new.graph.nodes[node])
    return nodes

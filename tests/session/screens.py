"""What is read on the screen, held against the oracle: the texts of table, step card and figures.

A number that is printed is the right one rounded to the digits that are shown, and struck where it is stale.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from PySide6.QtCore import QModelIndex, Qt

from micrograd_gui.figures.canvas_style import lay_out_canvas
from micrograd_gui.figures.folding import Folding
from micrograd_gui.figures.notebook_style import lay_out_notebook
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.state import State
from micrograd_gui.views.gradients_model import ANALYTIC, DATA, NUMERIC, VERDICT, GradientsModel
from micrograd_gui.views.theme import Look
from tests.session.oracle import Numbers, derivatives
from tests.session.oracle_session import OracleSession
from tests.session.shown import RELATIVE, close, scale_of, wrong
from tests.session.walks import Walk

NUMBER = re.compile(r"−?(?:\d+\.\d+e[+−]\d+|\d+\.\d{4,}|inf)|nan")
NUMBERS = (DATA, ANALYTIC, NUMERIC)
Cell = tuple[str, bool]  # its text, and whether it is struck


def reads(text: str, right: float, scale: float = 0.0) -> bool:
    """Whether the text is that number, rounded to the digits that it shows."""
    shown = float(text.replace("−", "-"))
    if not math.isfinite(shown) or not math.isfinite(right):
        return shown == right or (shown != shown and right != right)
    digits, _, exponent = text.partition("e")
    unit = 10.0 ** (int(exponent.replace("−", "-") or 0) - len(digits.partition(".")[2]))
    return abs(shown - right) <= 0.5 * unit * (1 + 1e-6) + RELATIVE * abs(right) + 1e-12 * scale


def expect(what: str, texts: list[str], right: list[float], scale: float) -> None:
    """Raises AssertionError where these are not the numbers."""
    if len(texts) != len(right) or not all(reads(*pair, scale) for pair in zip(texts, right, strict=True)):
        raise wrong(what, texts, right)


class Screen:
    """What shows a session; it must be told of each State, as a view is, and reads what it then shows."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.model = GradientsModel(walk.session.state, Look())
        self.painted: dict[int, tuple[Cell, ...]] = {}
        self.model.dataChanged.connect(self._paint)
        self.model.modelReset.connect(self._paint_all)
        walk.session.listen(lambda _, state: self.model.show(state))
        self._paint_all()

    def look(self, figure: str) -> None:
        """Raises AssertionError where something untrue stands there; ``figure`` is a style, or nothing."""
        if self.walk.session.state.graph.nodes:
            self._table()
            self._card()
            if figure:
                self._figure(figure)

    # The table -----------------------------------------------------------------------------------
    def _paint_all(self) -> None:
        self.painted = {row: self._row(row) for row in range(self.model.rowCount())}

    def _paint(self, first: QModelIndex, last: QModelIndex) -> None:
        self.painted |= {row: self._row(row) for row in range(first.row(), last.row() + 1)}

    def _row(self, row: int) -> tuple[Cell, ...]:
        """Of the columns that a moment changes, the font as well where there are numbers."""
        model, node = self.model, self.model.order[row]
        font = Qt.ItemDataRole.FontRole
        struck = [model.data(model.index(row, column), font).strikeOut() for column in NUMBERS]
        return (
            *zip((model.text(node, column) for column in NUMBERS), struck, strict=True),
            (model.text(node, VERDICT), False),
        )

    def _table(self) -> None:
        oracle = self.walk.oracle
        stale, scale = oracle.stale, scale_of(self.walk)
        for row, node in enumerate(self.model.order):
            cells = self._row(row)
            if cells != self.painted[row]:
                raise wrong(f"the row of {node} as it was painted last", self.painted[row], cells)
            for (text, struck), part, right in (
                (cells[0], "data", oracle.moment.data),
                (cells[1], "grad", oracle.moment.grad),
            ):
                what, nudged = f"{part} of {node} in the table", oracle.nudged
                if part == "data" and " → " in text and nudged is not None:
                    ends = [nudged.before[node], nudged.after[node]]
                    expect(what, text.split(" → "), ends, scale)
                    if ends[0] == ends[1] or struck:
                        raise wrong(what, text, ends)
                    continue
                expect_cell(what, text, right.get(node), scale)
                self._struck(f"{part} of {node} in the table", (node, part), struck, stale)
            nudged = oracle.nudged
            checked = oracle.checked is not None and not oracle.check_is_stale
            if nudged is not None and nudged.box == node and not (checked and node in oracle.sheet.feeding):
                what = f"the numeric slope of {node} in the table"
                expect_cell(what, cells[2][0], nudged.numeric, scale / abs(nudged.h))

    def _struck(self, what: str, field: tuple[int, str], struck: bool, stale: set[tuple[int, str]]) -> None:
        """As the State has it, which is held against the oracle before; that differs by rounding at most."""
        if struck != (field in self.walk.session.state.frame.stale):
            raise wrong(f"whether {what} is struck", struck, field in stale)

    # Figures -------------------------------------------------------------------------------------
    def _figure(self, style: str) -> None:
        state, oracle = self.walk.session.state, self.walk.oracle
        empty = lay_out_canvas(Folding(state.graph)) if style == "canvas" else lay_out_notebook(state.graph)
        seen = set()
        for text in empty.with_frame(state.frame, state.step).texts:
            if text.role not in ("data", "grad") or text.text == text.role:
                continue
            right: Numbers = getattr(oracle.moment, text.role)
            what = f"{text.role} of {text.node} in a figure"
            expect_cell(what, text.text or "·", right.get(text.node), scale_of(self.walk))
            self._struck(what, (text.node, text.role), text.struck, oracle.stale)
            seen.add((text.node, text.role))
        if seen < {(n, part) for n in state.graph.nodes for part in ("data", "grad")}:
            raise wrong("what stands in a figure", seen, "every node")

    # The card ------------------------------------------------------------------------------------
    def _card(self) -> None:
        state, oracle = self.walk.session.state, self.walk.oracle
        lines = [line.text for line in card(state)]
        scale = scale_of(self.walk)
        if state.is_training:
            assert oracle.learned is not None
            expect("the loss on the card", NUMBER.findall(lines[1])[:1], [oracle.learned.loss], scale)
        elif oracle.nudged is not None:
            self._nudge(lines)
        else:
            for what, texts, right in _step_on_card(state, oracle, lines):
                expect(f"{what} on the card", texts, right, scale)

    def _nudge(self, lines: list[str]) -> None:
        nudged = self.walk.oracle.nudged
        assert nudged is not None
        target = self.walk.oracle.sheet.target
        assert target is not None
        scale = max(abs(x) for x in (*nudged.before.values(), *nudged.after.values()) if math.isfinite(x))
        numeric = NUMBER.findall(lines[1].split(" = ")[-1])
        expect("the numeric slope on the card", numeric, [nudged.numeric], scale / abs(nudged.h))
        expect("the analytic slope on the card", NUMBER.findall(lines[2])[:1], [nudged.analytic], scale)
        ends = NUMBER.findall(lines[1].split(" = ")[-2])[:2]
        low = nudged.lower[target] if nudged.central else nudged.before[target]
        expect("what a nudge compares on the card", ends, [nudged.after[target], low], scale)
        moved = NUMBER.findall(lines[0])[-4:]
        right = [each[n] for n in (nudged.box, target) for each in (nudged.before, nudged.after)]
        if len(moved) == 4:  # an h of many digits stands there, too
            expect("before and after on the card", moved, right, scale)


def expect_cell(what: str, text: str, right: float | None, scale: float) -> None:
    """A dot where there is nothing, else the number."""
    if (text == "·") != (right is None):
        raise wrong(what, text, right)
    if right is not None:
        expect(what, [text], [right], scale)


def _step_on_card(
    state: State, oracle: OracleSession, lines: list[str]
) -> Iterator[tuple[str, list[str], list[float]]]:
    """What the card says of a step: in which words, the numbers that stand there, and the right ones."""
    moment, at = oracle.moment, oracle.cursor
    box = None if moment.box is None else oracle.sheet.boxes[moment.box]
    if moment.kind == "forward":
        assert box is not None
        assert moment.box is not None
        parts = lines[1].split(" = ")
        operands = [moment.data[x] for x in box.inputs if x is not None]
        yield "the result", NUMBER.findall(parts[-1]), [moment.data[moment.box]]
        negated = parts[-2].removeprefix("−").strip("()") if box.op == "neg" else parts[-2]
        yield "the operands", NUMBER.findall(negated), operands
    elif moment.kind == "seed":
        yield "the seed", NUMBER.findall(lines[1]), [1.0]
    elif moment.kind == "backward":
        assert box is not None
        assert moment.box is not None
        assert box.op is not None
        before = dict(oracle.gone[0][at - 1].grad)
        operands = [x for x in box.inputs if x is not None]
        rest = iter(line for line in lines[1:] if ".grad" in line and " = " in line)
        up = before[moment.box]
        slopes = derivatives(box.op, moment.data[moment.box], *(moment.data[x] for x in operands))
        for x, slope in zip(operands, slopes, strict=True):
            parts = next(rest).split(" = ")
            yield "what is added", NUMBER.findall(parts[-1]), [slope * up]
            yield "the upstream grad", NUMBER.findall(parts[-2])[-1:], [up]
            if before.get(x):
                said = NUMBER.findall(next(rest))
                after = before[x] + slope * up
                yield "the sum", said, [before[x], before[x], slope * up, after]
            before[x] = before.get(x, 0.0) + slope * up
    elif moment.kind == "rows":
        shown = [line for line in lines[1:] if ".grad" in line and " of " in line.partition("=")[2]]
        before = {n: moment.grad[n] for n in oracle.sheet.parameters}
        for line, n in zip(shown, before, strict=False):
            adds = " += " in line
            numbers = NUMBER.findall(line)
            amount = oracle.sheet.learned(oracle.leaves, oracle.rows_of(moment.over or 0, oracle.sheet))[1][n]
            own = oracle.sheet.slopes(moment.data)[n]
            right = [amount, moment.grad[n] if adds else own]
            if moment.passes > 1 and not adds:  # what the row alone has put there is of several passes, too
                right, numbers = right[:-1], numbers[:-1]
            yield "what comes of the rows", numbers, right
    elif moment.kind == "update" and moment.before:
        yield from _update_on_card(oracle, lines)


def _update_on_card(oracle: OracleSession, lines: list[str]) -> Iterator[tuple[str, list[str], list[float]]]:
    moment, target = oracle.moment, oracle.sheet.target
    assert oracle.passes is not None
    assert target is not None
    rate = next(
        each.rate for each, _, end in oracle._begun() if each.kind == "update" and end == oracle.cursor
    )
    count = len(moment.before)
    for line, (n, before) in zip(
        lines[1 : 1 + (count if count <= 4 else 3)], moment.before.items(), strict=False
    ):
        parts = line.split(" = ")
        yield "an update", NUMBER.findall(parts[-2]), [before, rate, moment.by[n]]
        yield "the number after an update", NUMBER.findall(parts[-1]), [moment.data[n]]
    said = re.search(
        r"(grad²|(?:grad|slope) × (?:step|grad)) = (.*?); it will change by (.*?)\.(?:\s|$)", "\n".join(lines)
    )
    if (said is None) != (moment.change is None):
        raise wrong("what the card tells of an update", lines, moment.change)
    if said is None or moment.change is None:
        return
    slopes = oracle.slopes_at({**oracle.leaves, **moment.before}, moment.over)
    predicted = -rate * sum(slopes[n] * moment.by[n] for n in moment.before)
    if ("slope" in said[1]) != any(not close(slopes[n], moment.grad[n]) for n in moment.before):
        raise wrong("whether the grads are the slopes", said[0], slopes)
    actual = moment.change  # by this update alone, over the rows where the gradients are
    yield "the predicted change", [said[2]], [predicted]
    yield "the actual change", [said[3]], [actual]
    best = re.search(r"along this line is about (.*?)\.(?:\s|$)", "\n".join(lines))
    if best is not None:
        lower = float(best[1].replace("−", "-"))
        line = {n: before - lower * moment.by[n] for n, before in moment.before.items()}
        there, here = (
            oracle.loss_at({**oracle.leaves, **each}, moment.over) for each in (line, moment.before)
        )
        if not there < here or actual <= 0:
            raise wrong("the rate that lowers the loss", lower, f"from {here} it leads to {there}")

"""The oracle's session: which sheet is current, what was asked for over it, and what training has come to."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tests.session.oracle import (
    Box,
    Moment,
    Numbers,
    Pass,
    Plan,
    Refused,
    Rows,
    RowsOf,
    Sheet,
    gone_through,
    moved_by,
    same,
    stale_at,
)

COLUMNS = {"sgd": 0, "momentum": 1, "adam": 2}


@dataclass
class Nudged:
    """A box moved by h: all numbers before and after, the slope that the target tells, and the true one."""

    box: int
    h: float
    central: bool
    before: Numbers
    after: Numbers
    lower: Numbers
    numeric: float
    analytic: float


@dataclass(frozen=True)
class Learned:
    """What training has come to."""

    parameters: list[int]
    start: list[float]
    numbers: list[float]
    memory: list[tuple[float, ...]]
    k: int = 0
    losses: tuple[float, ...] = ()
    loss: float = 0.0
    running: bool = False
    until: int = 0
    run: int = 0


class OracleSession:
    """The verbs, each with what it does to the numbers. One that cannot be done raises Refused.

    ``rows_of(k, sheet)`` says which rows step k of the training looks at.
    """

    def __init__(self, sheet: Sheet, rows_of: RowsOf) -> None:
        self.entries: list[tuple[Sheet, Hashable]] = [(sheet, None)]
        self.index = 0
        self.rows_of = rows_of
        self.passes: list[Pass] | None = None
        self._other_run = False  # since one stood somewhere last
        self.cursor = self.wanted = 0
        self.left: list[tuple[Sheet, list[Pass] | None, int, int]] = []
        self.h, self.central = 0.001, True
        self.nudged: Nudged | None = None
        self.checked: Numbers | None = None  # what the leaves held
        self.learned: Learned | None = None
        self._gone: tuple[Sheet, list[Pass], tuple[list[Moment], list[int]]] | None = None

    # What there is -------------------------------------------------------------------------------
    @property
    def sheet(self) -> Sheet:
        return self.entries[self.index][0]

    @property
    def gone(self) -> tuple[list[Moment], list[int]]:
        """All moments of the passes, and their ends."""
        passes = self.passes or []
        if self._gone is None or self._gone[0] is not self.sheet or self._gone[1] is not passes:
            self._gone = self.sheet, passes, gone_through(self.sheet, passes, self.rows_of)
        return self._gone[2]

    @property
    def moment(self) -> Moment:
        return self.gone[0][self.cursor]

    @property
    def length(self) -> int:
        return len(self.gone[0]) - 1

    @property
    def stale(self) -> set[tuple[int, str]]:
        return stale_at(self.sheet, self.moment, self.rows_of)

    @property
    def leaves(self) -> Numbers:
        """What the leaves hold at this moment."""
        return {n: self.moment.data[n] for n in self.sheet.leaves}

    @property
    def fresh(self) -> tuple[Numbers, Numbers]:
        """The data and the slopes of a fresh run at this moment."""
        data = self.sheet.values(self.leaves)
        return data, self.sheet.slopes(data) if self.sheet.target in data else {}

    def loss_at(self, leaves: Numbers, over: int | None) -> float:
        """The target, or the loss over the rows of that step, with those numbers in the leaves."""
        if over is not None:
            return self.sheet.learned(leaves, self.rows_of(over, self.sheet))[0]
        return self.sheet.values(leaves)[self.sheet.target or 0]

    def slopes_at(self, leaves: Numbers, over: int | None) -> Numbers:
        """The slopes of the same for each box, with those numbers in the leaves."""
        slopes = self.sheet.slopes(self.sheet.values(leaves))
        return (
            slopes if over is None else slopes | self.sheet.learned(leaves, self.rows_of(over, self.sheet))[1]
        )

    @property
    def standing(self) -> Sheet:
        """The sheet with the numbers of this moment in its parameters."""
        if not self._updated():
            return self.sheet
        return self.sheet.holding({n: self.moment.data[n] for n in self.sheet.parameters})

    @property
    def blocked(self) -> bool:
        return self.passes is not None and self.cursor == self.length and self.moment.kind == "problem"

    def _begun(self) -> list[tuple[Pass, int, int]]:
        """Each pass with where it begins and ends."""
        begin, found = 0, []
        for each, end in zip(self.passes or [], self.gone[1], strict=False):
            found.append((each, begin, end))
            begin = end
        return found

    def _stage(self) -> str:
        """Of the target: "" unknown, "forward" on its way, "done", "updated" computed of other numbers."""
        stage = ""
        for each, begin, end in self._begun():
            if begin < self.cursor or end <= self.cursor:
                if each.kind == "forward":
                    stage = "done" if end <= self.cursor else "forward"
                elif each.kind == "update":
                    stage = "updated"
        return stage

    def _until_here(self) -> list[Pass]:
        """The passes that lead to this moment, the last cut here."""
        led = [
            (each, begin, end)
            for each, begin, end in self._begun()
            if begin < self.cursor or begin == end == 0
        ]
        return [
            each if end <= self.cursor else replace(each, cut=self.cursor - begin) for each, begin, end in led
        ]

    def _updated(self) -> bool:
        return any(each.kind == "update" for each in self._until_here())

    # Passes --------------------------------------------------------------------------------------
    def _stand(self, cursor: int) -> None:
        cursor = min(max(cursor, 0), self.length)
        if cursor != self.cursor or self._other_run:
            self.cursor = self.wanted = cursor
            self.nudged, self._other_run = None, False

    def _go_on(self, each: Pass) -> None:
        self.passes, self.nudged, self._other_run = [*self._until_here(), each], None, True

    def _refuse_where_blocked(self) -> None:
        if self.blocked:
            raise Refused

    def _begin_forward(self) -> None:
        """A forward pass begins here, or is on its way; a whole one starts afresh, but after an update."""
        stage = "" if self.passes is None else self._stage()
        if self.passes is None or (stage == "done" and not self._updated()):
            if not self.sheet.boxes:
                raise Refused
            self.passes, self.nudged, self._other_run = [Pass("forward")], None, True
            self.cursor = 0
        elif stage in ("done", "updated"):
            self._refuse_where_blocked()
            if stage == "done" or self._end_of_forward() is None:
                self._go_on(Pass("forward"))

    def _end_of_forward(self) -> int | None:
        ends = (e for each, b, e in self._begun() if each.kind == "forward" and b <= self.cursor < e)
        return next(ends, None)

    def forward(self) -> None:
        self._begin_forward()
        end = self._end_of_forward()
        self._stand(self.cursor if end is None else end)

    def forward_step(self) -> None:
        self._begin_forward()
        self._stand(self.cursor + 1)

    def _begin_backward(self) -> bool:
        """Forward is done, and a backward pass begins here or is on its way; False: forward ended early."""
        self._refuse_where_blocked()
        before = self.passes, self.cursor, self.wanted, self.nudged
        if self.passes is None or self._stage() != "done":
            self.forward()
        if self.blocked:
            return False
        ahead = self.gone[0][self.cursor + 1].kind if self.cursor < self.length else ""
        if ahead not in ("seed", "backward", "rows", "problem"):
            if self.sheet.target is None:
                self.passes, self.cursor, self.wanted, self.nudged = before
                self._other_run = False
                raise Refused
            self._go_on(self._backward_pass(self._descent()[0]))
        return True

    def backward_step(self) -> None:
        if self._begin_backward():
            self._stand(self.cursor + 1)

    def backward(self) -> None:
        if self._begin_backward():
            self._to_end_of_pass()

    def _backward_pass(self, k: int) -> Pass:
        return Pass("backward", over=k if self.sheet.over_rows else None)

    def _adapted(self, passes: Sequence[Pass] | None) -> list[Pass] | None:
        """As the sheet and its plan have them now, from the step of the training on at which it stands."""
        if passes is None:
            return None
        k, found = 0 if self.learned is None else self.learned.k, []
        for each in passes:
            if each.kind == "backward":
                each = replace(self._backward_pass(k), cut=each.cut)
            elif each.kind == "update":
                each, k = replace(each, k=k), k + 1
            found.append(each)
        return found

    def _descent(self) -> tuple[int, dict[int, tuple[float, ...]], list[float]]:
        """The steps of descent so far, what the optimiser remembers, the losses before the updates here."""
        had = self.learned
        k = 0 if had is None else had.k
        memory = {} if had is None else dict(zip(had.parameters, had.memory, strict=True))
        losses = []
        for each, _, end in self._begun() if self.passes else ():
            if each.kind == "update" and end <= self.cursor:
                moment = self.gone[0][end]
                memory = moment.memory or {}
                losses.append(math.nan if moment.had is None else moment.had)
        return k + len(losses), memory, losses

    def _to_end_of_pass(self) -> None:
        self._stand(next((end for end in self.gone[1] if end > self.cursor), self.cursor))

    def zero_grad(self) -> None:
        self._refuse_where_blocked()
        if self.passes is None or self._stage() not in ("done", "updated"):
            raise Refused
        self._go_on(Pass("zero"))
        self._stand(self.cursor + 1)

    def update(self, rate: float | None) -> None:
        self._refuse_where_blocked()
        if not self.sheet.parameters:
            raise Refused
        far = self.sheet.plan.rate if rate is None else rate
        if not (math.isfinite(far) and 0 < far <= 1e6):
            raise Refused
        k, memory, _ = self._descent()
        done = self.passes is not None and self._stage() in ("done", "updated")
        has = any(n in self.moment.grad for n in self.sheet.parameters)
        there = done and has and self.cursor in self.gone[1]
        if not there and self._begin_backward():
            self._to_end_of_pass()
        if not self.blocked:
            far = self.sheet.plan.rate_of(k) if rate is None else far
            self._go_on(Pass("update", far, rule=self.sheet.plan.optimiser, k=k, memory=memory))
            self._stand(self.cursor + 1)

    def seek(self, cursor: int) -> None:
        if self.passes is not None:
            self._stand(cursor)

    # Measuring -----------------------------------------------------------------------------------
    def _whole(self, sheet: Sheet, *kinds: str) -> Moment:
        """The end of those passes; refused where there is none."""
        if sheet.target is None:
            raise Refused
        moment = gone_through(sheet, [Pass(kind) for kind in kinds], self.rows_of)[0][-1]
        if moment.kind == "problem":
            raise Refused
        return moment

    def difference(self, box: int, h: float, central: bool = True) -> tuple[float, Numbers, Numbers]:
        """(L(x + h) − L(x − h)) / 2h, or that to one side, and the numbers at both ends."""
        sheet, leaves = self.sheet, self.leaves
        data = sheet.values(leaves)
        assert sheet.target is not None
        after = sheet.values(leaves, {box: data[box] + h})
        lower = sheet.values(leaves, {box: data[box] - h}) if central else {}
        low = lower[sheet.target] if central else data[sheet.target]
        return (after[sheet.target] - low) / (2 * h if central else h), after, lower

    def nudge(self, box: int, h: float | None) -> None:
        size = self.h if h is None else h
        if not size:
            raise Refused
        nudged = self._nudged(box, size, self.central)
        if self.passes is None or self._stage() != "done" or self.blocked:
            self.forward()
        self.set_h(size)
        self.nudged = nudged

    def set_h(self, h: float) -> None:
        """A check speaks of the h it was made with."""
        if not h or not math.isfinite(h):
            raise Refused
        if h != self.h:
            self.h, self.checked = h, None

    def _nudged(self, box: int, h: float, central: bool) -> Nudged:
        final = self._whole(self.standing, "forward", "backward")
        start = final.data.get(box)
        if start is None or not math.isfinite(start) or start + h == start:
            raise Refused
        numeric, after, lower = self.difference(box, h, central)
        return Nudged(box, h, central, final.data, after, lower, numeric, final.grad.get(box, 0.0))

    def check_all(self) -> None:
        self._whole(self.standing, "forward")
        self.checked = self.leaves

    @property
    def check_is_stale(self) -> bool:
        assert self.checked is not None
        return any(not same(x, self.checked[n]) for n, x in self.leaves.items() if n in self.sheet.feeding)

    # Edits ---------------------------------------------------------------------------------------
    def edit(self, sheet: Sheet, gesture: Hashable = None) -> None:
        """Another sheet becomes current; edits of one gesture are one undo."""
        if sheet is not self.sheet:
            self._follow(self._pushed(sheet, gesture), False)

    def _pushed(self, sheet: Sheet, gesture: Hashable = None) -> tuple[list[tuple[Sheet, Hashable]], int]:
        kept = self.entries[: self.index + 1]
        if gesture is not None and len(kept) > 1 and kept[-1][1] == gesture:
            kept.pop()
        return [*kept, (sheet, gesture)], len(kept)

    def amend(self, sheet: Sheet) -> None:
        """Another sheet in place of the current one: there is nothing to undo."""
        entries = list(self.entries)
        entries[self.index] = sheet, entries[self.index][1]
        self._follow((entries, self.index), False)

    def undo(self) -> None:
        if self.index:
            self._follow((self.entries, self.index - 1), True)

    def redo(self) -> None:
        if self.index + 1 < len(self.entries):
            self._follow((self.entries, self.index + 1), True)

    def _follow(self, to: tuple[list[tuple[Sheet, Hashable]], int], travelled: bool) -> None:
        """What was run, measured and learned goes along as far as the sheet is the same."""
        old, here = self.sheet, (self.sheet, self.passes, self.cursor, self.wanted)
        nudged, updates = self.nudged, any(each.kind == "update" for each in self.passes or [])
        before = self.gone
        self.entries, self.index = to
        new = self.sheet
        self.learned = self._still_learned(old, new, travelled)
        backward = any(each.kind == "backward" for each in self.passes or [])
        others = new.over_rows != old.over_rows or new.looked_at != old.looked_at
        if (
            new.equal(old)
            and not (updates and new.parameters != old.parameters)
            and not (backward and others)
        ):
            self.wanted = self.wanted if self.passes else 0
            return
        self.nudged = self.checked = None
        if new.alike(old):
            ends, self.passes = before[1], self._adapted(self.passes)
            if self.passes and new.over_rows != old.over_rows:
                self.wanted = self._same_place(ends, self.wanted)
            self.cursor = min(self.wanted, self.length)
            if nudged is not None:
                with suppress(Refused):
                    self.nudged = self._nudged(nudged.box, nudged.h, nudged.central)
            return
        kept = [id(sheet) for sheet, _ in self.entries]
        self.left = [each for each in (*self.left, here) if each[0] is not old or each is here]
        self.left = [each for each in self.left if id(each[0]) in kept]
        self.passes, self.cursor, self.wanted = None, 0, 0
        if travelled and not (self.learned and self.learned.running):
            for sheet, passes, cursor, wanted in self.left:
                if sheet is new and passes is not None:
                    self.passes, self.wanted = self._adapted(passes), wanted
                    self.cursor = min(cursor, self.length)

    def _same_place(self, ends: Sequence[int], cursor: int) -> int:
        """Where the moment is in the same passes, of which some have a move more or less."""
        begin = start = 0
        for end, stop in zip(ends, self.gone[1], strict=False):
            if cursor <= end:
                return stop if cursor == end else min(start + cursor - begin, stop)
            begin, start = end, stop
        return min(cursor, self.length)

    # Training ------------------------------------------------------------------------------------
    def _still_learned(self, old: Sheet, new: Sheet, travelled: bool) -> Learned | None:
        """Other parameters, targets or rows are another training; undo takes the training back, too."""
        had = self.learned
        if had is None or had.parameters != new.parameters or old.target != new.target:
            return None
        for a, b in ((old.rows, new.rows),):
            if (a is None) != (b is None):
                return None
            if a is not None and b is not None and replace(a, shown=0) != replace(b, shown=0):
                return None
        moved = any(new.boxes[n].number != x for n, x in zip(had.parameters, had.numbers, strict=True))
        return None if travelled and moved else had

    def _over_rows(self, sheet: Sheet, k: int) -> tuple[float, Numbers]:
        """The loss of step k, and its slope for each parameter. Refused where one is no number."""
        rows = self.rows_of(k, sheet) if sheet.wants_rows else None
        loss, slopes = sheet.learned(sheet.leaves, rows)
        if not all(map(math.isfinite, (loss, *slopes.values()))):
            raise Refused
        return loss, slopes

    def _ready(self) -> tuple[Sheet, Learned, int, list[tuple[float, ...]]]:
        """The sheet to train, its training, its next step, what is remembered; else refused."""
        sheet = self.standing
        target, rows = sheet.target, sheet.rows
        if target is None or sheet.boxes[target].op is None or not sheet.parameters:
            raise Refused
        if rows is None or not rows.rows or None in rows.columns:
            raise Refused
        if target not in sheet.values(sheet.leaves):
            raise Refused
        numbers = [sheet.boxes[n].number for n in sheet.parameters]
        k, memory, _ = self._descent()
        had = self.learned
        if had is None:
            nothing = (0.0,) * COLUMNS[sheet.plan.optimiser]
            runs = (g[1] for _, g in self.entries if isinstance(g, tuple) and g[0] == "train")
            held = [(m if len(m := memory.get(n, ())) == len(nothing) else nothing) for n in sheet.parameters]
            loss = self._over_rows(sheet, k)[0]
            had = Learned(sheet.parameters, numbers, numbers, held, loss=loss, run=1 + max(runs, default=0))
        return sheet, had, k, [memory.get(n, ()) for n in sheet.parameters]

    def _stepped(
        self, sheet: Sheet, had: Learned, k: int, memory: list[tuple[float, ...]]
    ) -> tuple[Sheet, Learned, int, list[tuple[float, ...]]]:
        """One step of the plan's optimiser. Refused where it leads to what is no number."""
        loss, slopes = self._over_rows(sheet, k)
        found = [
            moved_by(sheet.plan.optimiser, slopes[n], m, k)
            for n, m in zip(sheet.parameters, memory, strict=True)
        ]
        rate = sheet.plan.rate_of(k)
        moved = [
            sheet.boxes[n].number - rate * by for n, (by, _) in zip(sheet.parameters, found, strict=True)
        ]
        after = sheet.holding(dict(zip(sheet.parameters, moved, strict=True)))
        there, memory = self._over_rows(after, k + 1)[0], [m for _, m in found]
        learned = replace(had, numbers=moved, memory=memory, k=k + 1, losses=(*had.losses, loss), loss=there)
        return after, learned, k + 1, memory

    def _by_hand(self, had: Learned) -> Learned:
        """With the updates that were made by hand before."""
        return replace(had, losses=(*had.losses, *self._descent()[2]))

    def train_step(self) -> None:
        sheet, had, k, memory = self._ready()
        self._has_learned(*self._stepped(sheet, self._by_hand(had), k, memory)[:2])

    def train_start(self) -> None:
        sheet, had, k, _ = self._ready()
        self.learned = replace(had, running=True, until=(k // sheet.plan.steps + 1) * sheet.plan.steps)

    def train_tick(self, steps: int) -> None:
        if self.learned is None or not self.learned.running:
            return
        resting = replace(self.learned, running=False)
        try:
            sheet, had, k, memory = self._ready()
        except Refused:
            self.learned = resting
            return
        begun, had = k, self._by_hand(had)
        try:
            for _ in range(min(steps, had.until - k)):
                sheet, had, k, memory = self._stepped(sheet, had, k, memory)
        except Refused:
            had = replace(had, running=False)
        had = replace(had, running=had.running and k < had.until)
        if k > begun:
            self._has_learned(sheet, had)
        elif not had.running:
            self.learned = resting

    def train_stop(self) -> None:
        if self.learned is not None:
            self.learned = replace(self.learned, running=False)

    def _has_learned(self, sheet: Sheet, learned: Learned) -> None:
        new = self.sheet.holding(dict(zip(learned.parameters, learned.numbers, strict=True)))
        afresh = not self.passes or any(each.kind == "update" for each in self.passes)
        self.entries, self.index = self._pushed(new, ("train", learned.run))
        self.learned, self.nudged, self.checked = learned, None, None
        if afresh:
            self.passes = [Pass("forward"), self._backward_pass(learned.k)]
            self.cursor = self.length
        else:
            self.passes = self._adapted(self.passes)
        self.cursor = self.wanted = min(self.cursor, self.length)

    def rewind(self) -> None:
        if self.learned is None:
            raise Refused
        start = dict(zip(self.learned.parameters, self.learned.start, strict=True))
        self._follow(self._pushed(self.sheet.holding(start)), False)
        self.learned = None

    # The document --------------------------------------------------------------------------------
    def set_plan(self, plan: Plan) -> None:
        """No edit; but where it looks at other rows then, the same passes are gone through anew."""
        if plan == self.sheet.plan:
            return
        old = self.sheet
        self.amend(replace(old, plan=plan))
        if self.learned is not None and (old.over_rows, old.looked_at) != (
            self.sheet.over_rows,
            self.sheet.looked_at,
        ):
            try:
                self.learned = replace(self.learned, loss=self._over_rows(self.sheet, self.learned.k)[0])
            except Refused:
                self.learned = replace(self.learned, running=False)

    def set_rows(self, rows: Rows | None) -> None:
        sheet = replace(self.sheet, rows=rows)
        for n in () if rows is None else rows.columns:
            if n is not None:
                boxes = {**sheet.boxes, n: replace(sheet.boxes[n], role="input")}
                sheet = replace(sheet, boxes=boxes)
        self.edit(sheet.showing(rows.shown) if rows is not None and rows.rows else sheet)

    def show_row(self, row: int) -> None:
        rows = self.sheet.rows
        if rows is None or not 0 <= row < len(rows.rows):
            raise Refused
        if self.learned is not None and self.learned.running:
            self.amend(self.sheet.showing(row))
        else:
            self.edit(self.sheet.showing(row), "show row")

    def set_value(self, n: int, number: float) -> None:
        box = self.sheet.boxes[n]
        if box.op is None:
            if repr(box.number) != repr(number):
                self.edit(self.sheet.holding({n: number}))
        elif box.kind[0] == "**n" and math.isfinite(number):  # type: ignore[index]
            op = f"**{int(number)}" if number.is_integer() else f"**{number!r}"
            if op != box.op:
                self.edit(replace(self.sheet, boxes={**self.sheet.boxes, n: replace(box, op=op)}))
        else:
            raise Refused

    def draw(self, boxes: dict[int, Box], chosen: int | None) -> None:
        """Other boxes and wires; rows lose the leaves that went."""
        rows = self.sheet.rows
        if rows is not None:
            rows = replace(rows, columns=tuple(n if n in boxes else None for n in rows.columns))
        self.edit(replace(self.sheet, boxes=boxes, chosen=chosen, rows=rows))

"""A graph compiled once and replayed, forward and backward, over many columns of numbers at a time.

A column is one case: a sample, a point of a sweep, a nudge. Every node's data and grad in every column can
be read. The rows of the op table serve here as in `Value`; numpy does a whole group of nodes at one stroke
(`schedule.py`, `numpy_backend.py`), and where numba can be imported, it does all of it (`numba_backend.py`).

Shapes are written (rows, columns): a row per node, a column per case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from micrograd.engine import Value, topological_order
from micrograd.ieee import shown
from micrograd.replay import numpy_backend
from micrograd.replay.schedule import TapeError, describe, make_schedule

if TYPE_CHECKING:
    from micrograd.replay.numba_backend import Program

_WORTHWHILE = 4096  # numbers in a replay from which compiled code pays


class Tape:
    """A graph as rows, to be replayed with other numbers.

    Nodes in `leaves` are taken as leaves, whatever they were computed from. `fast` asks for numba (True),
    for numpy (False), or for numba where it can be imported and there is enough to do (None). Raises
    TapeError for a node that a user's own code made, and TypeError for what is no Value.

    Attributes:
        root: the last node.
        nodes: the node of each row, operands before results, the root last.
        row: the row of each node.
        schedule: what is computed, in which order.
        fast: whether numba is used where there is enough to do.
    """

    def __init__(self, root: Value, leaves: Iterable[Value] = (), fast: bool | None = None) -> None:
        if not isinstance(root, Value):
            raise TypeError(f"a Tape takes the Value that a graph ends in, not {shown(root)}")
        self.root = root
        self.fast = find_spec("numba") is not None if fast is None else fast
        self._least = _WORTHWHILE if fast is None else 0
        self.schedule = make_schedule(root, frozenset(leaves))
        self.nodes = self.schedule.nodes
        self.row = {node: row for row, node in enumerate(self.nodes)}
        self._rows: dict[Any, Any] = {}
        self._last: Any = None
        self._columns: tuple[int, ...] = ()
        self._samples: Any = None
        self._spare: dict[Any, list[Any]] = {}

    def forward(self, numbers: Mapping[Any, Any] | None = None) -> Replay:
        """Replays the graph with some nodes, leaves or inner ones, held at other numbers.

        A key is a node, with one number or an array of shape (columns,); or a tuple of nodes, with an array
        of shape (nodes,) or (nodes, columns). A masked array (`numpy.ma`) holds only its unmasked columns.
        All other leaves keep their data. Complex numbers make a complex replay. Raises TapeError for a node
        that does not feed the root, and for another shape.
        """
        numbers = numbers or {}
        held = [(rows := self.rows(key), _as_matrix(len(rows), key, given)) for key, given in numbers.items()]
        whole = (key for key, given in numbers.items() if not np.ma.isMaskedArray(given))
        rest, leaves = self._other_leaves(tuple(whole))
        columns = max((given.shape[1:] for _, given in held), key=len, default=()) or self._columns
        dtype = complex if any(given.dtype.kind == "c" for _, given in held) else float
        data = self._take_array((len(self.nodes), *columns), dtype)
        self._fill_leaves(data, rest, leaves)
        inner: dict[int, Any] = {}
        for rows, given in held:
            if given.ndim < data.ndim:
                given = given[:, None]
            if rows.max() < self.schedule.leaves and not np.ma.isMaskedArray(given):
                data[rows] = given
            else:
                for row, one in zip(rows.tolist(), np.ma.asarray(given), strict=True):
                    one = np.ma.asarray(one)
                    inner[row] = np.ma.array(one.data, mask=np.ma.getmaskarray(one))
        if inner:
            numpy_backend.forward_rows(self.schedule, data, inner)
        elif (program := self._program_for(data)) is not None:
            program.forward(data)
        else:
            numpy_backend.forward(self.schedule, data)
        return Replay(self, data, inner)

    @cached_property
    def _program(self) -> Program | None:
        from micrograd.replay.numba_backend import compile_program
        return compile_program(self.schedule)

    def _program_for(self, data: Any) -> Program | None:
        return self._program if self.fast and data.size >= self._least and data.dtype == float else None

    def _other_leaves(self, keys: tuple[Any, ...]) -> tuple[Any, list[Value]]:
        """The leaves that no key names, and their rows; the last answer is kept for the next replay."""
        if self._last is None or self._last[0] != keys:
            named = np.concatenate([*map(self.rows, keys), np.empty(0, np.intp)])
            rest = np.setdiff1d(np.arange(self.schedule.leaves), named)
            self._last = keys, rest, [self.nodes[row] for row in rest]
        return self._last[1], self._last[2]

    def _fill_leaves(self, data: Any, rest: Any, leaves: list[Value]) -> None:
        """The numbers that these leaves have now, in their rows."""
        now = np.array([leaf.data for leaf in leaves], float)
        if self._samples is not None:
            own = self._samples[rest]
            data[rest] = np.where(np.isnan(own), now[:, None], own)
        elif len(rest):
            data[rest] = now if data.ndim == 1 else now[:, None]

    def _take_array(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """An array to fill. Those of past replays serve again: fresh memory costs more than the sums."""
        try:
            return self._spare[shape, dtype].pop()
        except (KeyError, IndexError):
            return np.empty(shape, dtype)

    def _give_back(self, array: Any) -> None:
        if len(self._spare) > 2:  # replays of several widths: keep what the latest ones use
            self._spare.clear()
        kept = self._spare.setdefault((array.shape, array.dtype), [])
        if len(kept) < 2:
            kept.append(array)

    def rows(self, key: Any) -> Any:
        """The row numbers of a node, or of a tuple of nodes, shape (nodes,).

        Raises TapeError for a node that does not feed the root.
        """
        known = self._rows.get(id(key))  # by identity: a long tuple takes long to hash
        if known is not None and known[0] is key:
            return known[1]
        nodes = key if isinstance(key, tuple) else (key,)
        for node in nodes:
            if node not in self.row:
                raise TapeError(f"{node!r} does not feed the root of this tape")
        rows = np.array([self.row[node] for node in nodes], np.intp)
        if len(self._rows) > 64:
            self._rows.clear()
        self._rows[id(key)] = key, rows
        return rows


class Replay:
    """What one replay gave.

    Attributes:
        tape: what was replayed.
        data: the numbers of each node: `data[node]` has shape (columns,), `data[x, y]` shape (2, columns).
        columns: how many cases there are.
    """

    def __init__(self, tape: Tape, data: Any, held: Mapping[int, Any]) -> None:
        self.tape = tape
        self.data = Numbers(tape, data)
        self.columns = data.shape[1] if data.ndim > 1 else 1
        self._held = held
        self._grad: Numbers | None = None

    @property
    def grad(self) -> Numbers:
        """d root / d node in each column, in the shapes of `data`.

        A node that is held passes nothing on to its operands. Computed when it is first asked for.
        """
        if self._grad is None:
            self._grad = self._backward(self.data.array)
        return self._grad

    def _backward(self, data: Any) -> Numbers:
        tape = self.tape
        program = None if self._held else tape._program_for(data)
        if program is not None:
            grad = tape._take_array((program.places, *data.shape[1:]), data.dtype)
            program.backward(data, grad)
            return Numbers(tape, grad, program.place)
        grad = tape._take_array(data.shape, data.dtype)
        if self._held:
            numpy_backend.backward_rows(tape.schedule, data, grad, self._held)
        else:
            contributions = tape._take_array((tape.schedule.edges, *data.shape[1:]), data.dtype)
            numpy_backend.backward(tape.schedule, data, grad, contributions)
            tape._give_back(contributions)
        return Numbers(tape, grad)


class Numbers(Mapping[Any, Any]):
    """Numbers by node: `numbers[node]` has shape (columns,), `numbers[x, y]` shape (2, columns), both copies.

    `array` has shape (places,) or (places, columns), and `place[row]` is where a row stands in it; None where
    it stands at its own number. It goes back to the tape, to be filled again, once nobody holds this.
    """

    def __init__(self, tape: Tape, array: Any, place: Any = None) -> None:
        self.tape = tape
        self.array = array
        self._place = place
        self._lent = False

    @property
    def matrix(self) -> Any:
        """All of them, shape (rows, columns), in the order of `tape.nodes`; not to be written to."""
        if self._place is not None:
            return self._columns[self._place]
        self._lent = True
        return self._columns

    @property
    def _columns(self) -> Any:
        return self.array if self.array.ndim > 1 else self.array[:, None]

    def __getitem__(self, key: Any) -> Any:
        rows = self.tape.rows(key)
        if self._place is not None:
            rows = self._place[rows]
        return self._columns.take(rows, axis=0) if isinstance(key, tuple) else self._columns[rows[0]].copy()

    def weighted_sum(self, key: Any, weights: Any) -> Any:
        """The sum over the columns, each times its weight.

        `weights` has shape (columns,); gives a number for a node, shape (nodes,) for a tuple of nodes.
        """
        rows = self.tape.rows(key)
        if self._place is not None:
            rows = self._place[rows]
        many = 2 * len(rows) > len(self._columns)  # then a copy of the rows costs more than all the sums
        sums = (self._columns @ weights)[rows] if many else self._columns.take(rows, axis=0) @ weights
        return sums if isinstance(key, tuple) else sums[0]

    def __iter__(self) -> Iterator[Value]:
        return iter(self.tape.nodes)

    def __len__(self) -> int:
        return len(self.tape.nodes)

    def __del__(self) -> None:
        if not self._lent:
            self.tape._give_back(self.array)


def _as_matrix(rows: int, key: Any, given: Any) -> Any:
    """The numbers given for a key of so many rows, shape (rows,) or (rows, columns)."""
    given = given if np.ma.isMaskedArray(given) else np.asarray(given)
    if not isinstance(key, tuple):
        given = given[None]
    if given.shape[:1] != (rows,) or given.ndim > 2:
        raise TapeError(f"{rows} nodes want as many rows of numbers, not the shape {given.shape}")
    return given


def batch(roots: Sequence[Value]) -> Tape:
    """One tape for the graphs of many samples, a column each; only the numbers of their leaves may differ.

    What the graphs share (the parameters) stays shared. `tape.nodes` are those of the first sample. Raises
    TapeError where there is no sample, and where a sample's graph differs from the first one's in structure.
    """
    if not roots:
        raise TapeError("a batch needs at least one sample")
    first = topological_order(roots[0])
    place = {node: index for index, node in enumerate(first)}
    columns = np.full((len(first), len(roots)), np.nan)
    for column, root in enumerate(roots):
        order = topological_order(root)
        _refuse_unlike(first, order, place, column)
        for index, node in enumerate(order):
            if node is not first[index] or column == 0:
                columns[index, column] = node.data
    tape = Tape(roots[0])
    rows = [place[node] for node in tape.nodes[:tape.schedule.leaves]]
    shared = np.isnan(columns[rows]).any(axis=1)
    tape._columns = (len(roots),)
    tape._samples = np.where(shared[:, None], np.nan, columns[rows])
    return tape


def _refuse_unlike(first: list[Value], order: list[Value], place: Mapping[Value, int], column: int) -> None:
    """The sentence that says at which node a sample's graph differs from the first one's."""
    if len(order) != len(first):
        raise TapeError(f"sample {column} has {len(order)} nodes where sample 0 has {len(first)}: "
                        "their graphs differ in structure")
    seen = {node: index for index, node in enumerate(order)}
    for index, (node, model) in enumerate(zip(order, first, strict=True)):
        alike = (node.op is model.op and node._op == model._op
                 and [seen[x] for x in node._operands] == [place[x] for x in model._operands]
                 and place.get(node, index) == index)
        if not alike:
            raise TapeError(f"sample {column} differs from sample 0 in structure: "
                            f"{describe(node)} stands where the first has {describe(model)}")

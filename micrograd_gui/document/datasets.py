"""Data sets that are built in: rows made by a rule and a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from micrograd.language import N_, tr
from micrograd_gui.document.data import Column, Data
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import spoken

ROWS_AT_MOST = 10_000
_SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class Dataset:
    """A rule: ``make(count, noise, seed)`` gives rows whose last number is the answer.

    ``count`` and ``noise`` are None where the rows are always the same ones. Classes are told by 1 and −1.
    """

    name: str
    title: str
    sentence: str
    columns: tuple[str, ...]
    make: Callable[[int, float, int], Any]
    count: int | None = None
    noise: float | None = None


def make(name: str, count: int | None = None, noise: float | None = None, seed: int = 1337) -> Data:
    """The rows of that set, its columns bound to nothing yet; the same seed gives the same rows.

    ``count`` and ``noise`` are None where the set's own shall be taken. Raises Refusal for a set that is not
    there, and for a number that cannot be.
    """
    if name not in DATASETS:
        raise Refusal(
            tr(
                "There is no data set “{name}”; there are {names}.",
                name=spoken(name),
                names=", ".join(DATASETS),
            )
        )
    rule = DATASETS[name]
    count = rule.count if count is None else count
    noise = rule.noise if noise is None else noise
    if count is not None and not 2 <= count <= ROWS_AT_MOST:
        raise Refusal(
            tr("The number of rows must be from 2 to {most:,}, not {count}.", most=ROWS_AT_MOST, count=count)
        )
    if noise is not None and not 0 <= noise <= 1e6:
        raise Refusal(tr("The noise must be a number from 0 to 1,000,000, not {noise:g}.", noise=noise))
    if not 0 <= seed < _SEEDS:
        raise Refusal(
            tr("The seed must be a whole number from 0 to {most}, not {seed}.", most=_SEEDS - 1, seed=seed)
        )
    rows = rule.make(count or 0, noise or 0.0, seed)
    numbers = tuple(tuple(map(float, row)) for row in rows)
    return Data(tuple(Column(column) for column in rule.columns), numbers)


# The rules ---------------------------------------------------------------------------------------


def _always(*rows: tuple[float, ...]) -> Callable[[int, float, int], Any]:
    return lambda count, noise, seed: rows


def _gate(holds: Callable[[int, int], bool]) -> Callable[[int, float, int], Any]:
    return _always(*((a, b, 1.0 if holds(a, b) else -1.0) for a in (0, 1) for b in (0, 1)))


def _moons(count: int, noise: float, seed: Any) -> Any:
    """Two half circles: the rule, and the order of the draws, of scikit-learn's ``make_moons``."""
    import numpy as np

    outer, inner = (np.linspace(0, np.pi, n) for n in (count // 2, count - count // 2))
    x = np.concatenate([np.cos(outer), 1 - np.cos(inner)])
    y = np.concatenate([np.sin(outer), 1 - np.sin(inner) - 0.5])
    return _shuffled(np.column_stack([x, y]), np.repeat([-1.0, 1.0], [len(outer), len(inner)]), noise, seed)


def _circles(count: int, noise: float, seed: Any) -> Any:
    """A circle around another of half its radius, by the rule of scikit-learn's ``make_circles``."""
    import numpy as np

    outer, inner = (np.linspace(0, 2 * np.pi, n, endpoint=False) for n in (count // 2, count - count // 2))
    x = np.concatenate([np.cos(outer), np.cos(inner) * 0.5])
    y = np.concatenate([np.sin(outer), np.sin(inner) * 0.5])
    return _shuffled(np.column_stack([x, y]), np.repeat([-1.0, 1.0], [len(outer), len(inner)]), noise, seed)


def _shuffled(points: Any, answers: Any, noise: float, seed: Any) -> Any:
    import numpy as np

    # The generator whose numbers are the same in every numpy; a pasted cell has one of its own.
    generator = seed if isinstance(seed, np.random.RandomState) else np.random.RandomState(seed)
    order = np.arange(len(points))
    generator.shuffle(order)
    points = points[order] + generator.normal(scale=noise, size=points.shape)
    return np.column_stack([points, answers[order]])


def _spiral(count: int, noise: float, seed: int) -> Any:
    """Two arms that wind out of the middle, a turn and a half each."""
    import numpy as np

    generator = np.random.RandomState(seed)
    arms = []
    for arm, n in ((0, count // 2), (1, count - count // 2)):
        radius = np.linspace(0.1, 1.0, n)
        angle = 3 * np.pi * radius + np.pi * arm
        points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
        points += generator.normal(scale=noise, size=points.shape)
        arms.append(np.column_stack([points, np.full(n, 2.0 * arm - 1)]))
    return np.concatenate(arms)


def _line(count: int, noise: float, seed: int) -> Any:
    """y = 2x − 1 between x = −1 and 1."""
    import numpy as np

    generator = np.random.RandomState(seed)
    x = np.linspace(-1, 1, count)
    return np.column_stack([x, 2 * x - 1 + generator.normal(scale=noise, size=count)])


_PLANE = ("x1", "x2", "y")

_SETS = (
    Dataset(
        "lecture",
        N_("The lecture's four rows"),
        N_("Three inputs and an answer, as in the lecture's xs and ys."),
        ("x1", "x2", "x3", "y"),
        _always((2, 3, -1, 1), (3, -1, 0.5, -1), (0.5, 1, 1, -1), (1, 1, -1, 1)),
    ),
    Dataset("and", "AND", N_("1 where both inputs are 1, else −1."), _PLANE, _gate(lambda a, b: a + b == 2)),
    Dataset("or", "OR", N_("1 where some input is 1, else −1."), _PLANE, _gate(lambda a, b: a + b > 0)),
    Dataset("xor", "XOR", N_("1 where the inputs differ, else −1."), _PLANE, _gate(lambda a, b: a != b)),
    Dataset(
        "moons", N_("Two moons"), N_("Two half circles, as in micrograd's demo."), _PLANE, _moons, 100, 0.1
    ),
    Dataset("circles", N_("Circles"), N_("A circle around another."), _PLANE, _circles, 100, 0.05),
    Dataset("spiral", N_("Spiral"), N_("Two arms that wind out of the middle."), _PLANE, _spiral, 200, 0.02),
    Dataset("line", N_("A line with noise"), N_("Points near y = 2x − 1."), ("x", "y"), _line, 20, 0.1),
)

DATASETS: dict[str, Dataset] = {each.name: each for each in _SETS}

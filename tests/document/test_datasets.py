"""The built-in data sets: the same rule and the same seed give the same rows, to the bit."""

import math

import pytest

from micrograd_gui.document.datasets import DATASETS, make
from micrograd_gui.document.errors import Refusal


def test_the_lecture_s_rows_are_its_xs_and_ys() -> None:
    assert make("lecture").rows == (
        (2.0, 3.0, -1.0, 1.0),
        (3.0, -1.0, 0.5, -1.0),
        (0.5, 1.0, 1.0, -1.0),
        (1.0, 1.0, -1.0, 1.0),
    )


@pytest.mark.parametrize(
    ("name", "answers"), [("and", [-1, -1, -1, 1]), ("or", [-1, 1, 1, 1]), ("xor", [-1, 1, 1, -1])]
)
def test_gates_answer_for_all_four_inputs(name: str, answers: list[int]) -> None:
    data = make(name)
    assert [row[:2] for row in data.rows] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [row[2] for row in data.rows] == answers


def test_the_moons_are_those_of_micrograd_s_demo() -> None:
    rows = make("moons").rows
    assert len(rows) == 100
    assert rows[0] == pytest.approx((1.1221146075409685, 0.08147717341718697, -1.0), abs=1e-12)
    assert rows[1] == pytest.approx((-0.8188294130836691, 0.058790063907949996, -1.0), abs=1e-12)
    assert sum(row[2] for row in rows) == 0


@pytest.mark.parametrize(("count", "noise", "seed"), [(100, 0.1, 1337), (7, 0.0, 0), (51, 2.5, 42)])
def test_moons_and_circles_are_scikit_learn_s_to_the_bit(count: int, noise: float, seed: int) -> None:
    sklearn = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed")
    for name, theirs in (("moons", sklearn.make_moons), ("circles", sklearn.make_circles)):
        options = {"factor": 0.5} if name == "circles" else {}
        points, classes = theirs(count, noise=noise, random_state=seed, **options)
        rows = make(name, count, noise, seed).rows
        assert [row[:2] for row in rows] == [tuple(point) for point in points.tolist()]
        assert [row[2] for row in rows] == [2 * each - 1 for each in classes.tolist()]


@pytest.mark.parametrize("name", DATASETS)
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(name: str) -> None:
    assert make(name, seed=3) == make(name, seed=3)
    if DATASETS[name].noise:
        assert make(name, seed=3) != make(name, seed=4)


@pytest.mark.parametrize("name", DATASETS)
def test_every_row_is_finite_and_as_long_as_the_header(name: str) -> None:
    data = make(name)
    assert data.fault({}) is None
    assert len(data.rows) >= 4
    assert all(math.isfinite(number) for row in data.rows for number in row)


@pytest.mark.parametrize("name", ["moons", "circles", "spiral", "line"])
def test_as_many_rows_as_asked_for(name: str) -> None:
    assert len(make(name, 33)) == 33


def test_a_line_without_noise_is_straight() -> None:
    assert all(y == pytest.approx(2 * x - 1) for x, y in make("line", noise=0.0).rows)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("nope", {}),
        ("moons", {"count": 1}),
        ("moons", {"count": 10**9}),
        ("moons", {"noise": -1.0}),
        ("moons", {"noise": math.nan}),
        ("moons", {"seed": -1}),
        ("moons", {"seed": 2**32}),
    ],
)
def test_what_cannot_be_made_is_refused(name: str, options: dict[str, float]) -> None:
    with pytest.raises(Refusal):
        make(name, **options)

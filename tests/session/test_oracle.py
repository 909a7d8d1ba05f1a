"""Random sessions beside an oracle: every number shown is right, or marked as stale, or not there."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.session import oracle, oracle_session
from tests.session.screens import Screen
from tests.session.walks import Said, Walk, failure_of, shortened, walk_of


def look(walk: Walk) -> Callable[[Said], None]:
    """At table and card after each verb, at a figure now and then."""
    screen = Screen(walk)

    def then(said: Said) -> None:
        screen.look("canvas" if said.a % 16 == 0 else "notebook" if said.a % 400 == 1 else "")

    return then


def told(seed: int, looks: bool) -> str:
    """What goes wrong in the session of that number, as a short script; nothing where all is right."""
    walk, looking = walk_of(seed), look if looks else None
    if failure_of(walk, looking) is None:
        return ""
    error, log = failure_of(shortened(walk, looking), looking) or ("", [])
    return "\n".join((f"session {seed}:", *log, error))


@pytest.mark.parametrize("first", range(0, 90, 30))
def test_every_number_of_a_random_session_is_the_oracle_s(first: int) -> None:
    """2,000 of them: ``python benchmarks/sessions.py``."""
    assert [each for seed in range(first, first + 30) if (each := told(seed, False))] == []


def test_what_stands_on_the_screen_is_the_oracle_s_number_and_struck_where_it_is_stale(qapp) -> None:
    assert [each for seed in range(1000, 1012) if (each := told(seed, True))] == []


@pytest.mark.parametrize("module", [oracle, oracle_session])
def test_the_oracle_knows_nothing_of_the_program(module) -> None:
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    imported = {each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    imported |= {name.name for each in ast.walk(tree) if isinstance(each, ast.Import) for name in each.names}
    assert not [name for name in imported if name.startswith("micrograd") or name == "numpy"]


def test_a_wrong_number_is_found_and_its_session_made_short(monkeypatch) -> None:
    """The derivative of tanh as beginners have it, in the oracle: then the two must disagree."""
    right = oracle.derivatives

    def wrong(op: str, out: float, *x: float) -> tuple[float, ...]:
        return (1.0 - out,) if op == "tanh" else right(op, out, *x)

    monkeypatch.setattr(oracle, "derivatives", wrong)
    found = [each for seed in range(20) if (each := told(seed, False))]
    assert found
    assert min(len(each.splitlines()) for each in found) < 10

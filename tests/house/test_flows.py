"""How many files a reader opens to follow what happens most."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.session import Session
from tests.house.structure import ROOT

BEFORE_THE_SIGNAL = 6


@contextmanager
def entered() -> Iterator[set[str]]:
    """Fills with the files of ours in which a function is called meanwhile."""
    files: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / "tests"):
            files.add(path.relative_to(ROOT).as_posix())

    sys.setprofile(note)
    try:
        yield files
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("moves", [1, 2, 3])  # the first one records the pass: it runs the engine too
def test_a_backward_step_enters_few_files_before_the_signal(moves: int) -> None:
    session = Session(graph_from_expression("L = (a*b + c) * f"))
    session.forward()
    for _ in range(moves):
        session.backward_step()
    heard: list[set[str]] = []
    with entered() as files:
        session.listen(lambda old, new: heard.append(set(files)))
        session.backward_step()
    assert len(heard) == 1
    assert 0 < len(heard[0]) <= BEFORE_THE_SIGNAL, sorted(heard[0])

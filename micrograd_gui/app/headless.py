"""Playing a graph through without a screen or Qt: forward, backward steps, a nudge, the check, pictures."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from micrograd.language import VARIABLE, again, tr
from micrograd_gui import languages
from micrograd_gui.app.screen import why_no_qt
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.export.check_report import check_as_table
from micrograd_gui.export.formats import export
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.files import documents
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import Line
from micrograd_gui.session.measure import check
from micrograd_gui.session.session import Session

H = 0.001  # of the nudge, as in the lecture
CHECK_H = 1e-6
FOLDER = Path("out")
_PICTURES = {".svg": None, ".png": None, ".pdf": "all", ".gif": "all"}
_WINDOW_SECONDS = 120.0


def play(graph: Graph, name: str) -> int:
    """Print the run and write its pictures; gives 0 only where analytic and numeric gradients agree.

    Where Qt cannot be loaded there is no picture of the window, which is said on standard error.
    """
    session = Session(arranged(graph))
    print(tr("{name}: played through without a screen", name=name) + "\n")
    for line in _run(session):
        print(line)
    rows = check(session.state.graph, CHECK_H)
    print(check_as_table(graph, rows, CHECK_H))
    print(flush=True)
    for path in _pictures(session, name):
        print(path)
    agree = all(row.ok for row in rows)
    path = FOLDER / "window.png"
    if without := why_no_qt():
        print(tr("{path} was not made: {why}.", path=path, why=without), file=sys.stderr)
        return 0 if agree else 1
    try:
        print(window_picture(session.state.graph, name, path))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0 if agree else 1


def _run(session: Session) -> Iterator[str]:
    """The step card of every moment of a whole run, and of a nudge."""
    session.forward()
    end = len(session.state.trace or ())
    if session.state.blocked:
        raise _stopped(session)
    yield tr("Forward")
    session.first()
    while session.state.cursor < end:
        session.next()
        yield from _indented([line for line in card(session.state) if line.size == "big"])
    session.backward()
    end = len(session.state.trace or ())
    if session.state.blocked:
        raise _stopped(session)
    yield f"\n{tr('Backward')}"
    session.forward()
    while session.state.cursor < end:
        session.backward_step()
        head, *lines = card(session.state)
        yield f"  {head.text}"
        yield from _indented(lines, "      ")
    session.set_sides("forward")
    session.nudge(_nudged(session).id, H)
    head, *lines = card(session.state)
    yield f"\n{head.text}"
    yield from _indented(lines)
    yield ""


def _stopped(session: Session) -> Refusal:
    step = session.state.step
    assert step is not None
    return Refusal(again(step.note), step.node)


def _indented(lines: Sequence[Line], indent: str = "  ") -> Iterator[str]:
    return (f"{indent}{line.text}" for line in lines)


def _nudged(session: Session) -> Node:
    """A parameter that matters, else a leaf that does, else the target itself."""
    graph, grad = session.state.graph, session.state.frame.grad
    moving = [graph.nodes[number] for number in graph.order if grad.get(number)]
    parameters = [node for node in moving if node.role == "parameter"]
    leaves = [node for node in moving if node.is_leaf and node.label]
    return (parameters or leaves or moving or list(graph))[0]


def _pictures(session: Session, name: str) -> Iterator[Path]:
    try:
        FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise Refusal(
            tr("The folder {folder} cannot be made: {why}.", folder=FOLDER, why=error.strerror)
        ) from None
    for suffix, step in _PICTURES.items():
        film = film_of(session.state.graph, step, Options())
        yield from export(film, FOLDER / f"{name}{suffix}")


def window_picture(graph: Graph, name: str, path: Path) -> Path:
    """A picture of the window with the graph in it, made by a process of its own, without a screen.

    That process has settings of its own: it shows the window of a first start, in the language in use, and
    remembers nothing. Raises Refusal where it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}{documents.SUFFIX}"
        documents.write(file, graph)
        order = [sys.executable, "-m", "micrograd_gui.app.portrait", str(file), str(path)]
        environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_CONFIG_HOME": folder,
            VARIABLE: languages.wanted(),
        }
        try:
            done = subprocess.run(
                order, env=environment, capture_output=True, text=True, timeout=_WINDOW_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise Refusal(tr("{path} was not made: the window took too long.", path=path)) from None
    if done.returncode != 0:
        last = (done.stderr.strip() or tr("it said nothing")).splitlines()[-1]
        raise Refusal(tr("{path} was not made: {why}", path=path, why=last[:300]))
    return path

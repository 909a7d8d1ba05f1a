"""The command that makes the same file as the dialog, and in what it would make another one."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import structs

from micrograd.language import N_, tr, trn
from micrograd_gui.app.exporting.request import ExportRequest
from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.marks import UNSEEN
from micrograd_gui.files.documents import SUFFIX, example_names, load_example
from micrograd_gui.session.state import State

if TYPE_CHECKING:
    from micrograd_gui.export.formats import Form
    from micrograd_gui.figures.moments import Moment

MOST_NAMES = 100  # nodes that a command names one by one
_LONGEST = 400  # characters of an expression that still is a command to read
_UNPLACED = (".csv", ".dot", ".mmd")  # no file of these carries the places of the graph's nodes
_UNSAVED = N_("Save the graph first: the command reads it from the file.")
_PLACED_ANEW = N_("The command places the nodes anew; save the graph to keep them where they are.")


class Command(NamedTuple):
    """Its words, and what stands in the way of their doing the same; ``step`` is the moment they name."""

    words: tuple[str, ...]
    otherwise: str = ""
    step: str | None = None

    @property
    def text(self) -> str:
        """As it is typed into a terminal of this system."""
        return subprocess.list2cmdline(self.words) if os.name == "nt" else shlex.join(self.words)


def command_of(request: ExportRequest, form: Form, name: str) -> Command:
    """The command of a request, for a document of that name: only what is not as usual is said."""
    source, otherwise = _source(request.state, form, name)
    words = ["micrograd-gui", "render", *source, "-o", f"{name}{form.suffix}"]
    step, why = (None, "") if "step" not in form.options else _step(request, form)
    said, unsaid = _said(request, form)
    if step is not None:
        words += ["--step", step]
    for flag, value in said:
        words += [flag] if value is None else [f"{flag}={value}"] if value.startswith("-") else [flag, value]
    return Command(tuple(words), otherwise or why or unsaid, step)


def found_otherwise(request: ExportRequest, form: Form, command: Command, *, stop: Event) -> str:
    """Why the command would not make the same file; empty: it would. It takes as long as the run does."""
    state = request.state
    if command.otherwise:
        return command.otherwise
    if form.suffix not in _UNPLACED and _is_placed_otherwise(state.path, state.graph):
        return tr(_PLACED_ANEW)
    if state.path is None and command.words[2] == state.title:
        example = codec.encode(load_example(state.title).seen(UNSEEN))
        if codec.encode(state.graph.seen(UNSEEN)) != example:
            return tr(_UNSAVED)
    if "step" not in form.options or (request.which != "now" and not request.options.worksheet):
        return ""
    from micrograd_gui.figures.moments import film_of

    film = request.film(stop=stop)
    again = film_of(state.graph, command.step, request.options, progress=film.progress)
    (ours,), (theirs,) = (tuple(map(_with_numbers, each.moments)) for each in (film, again))
    if not film.options.only_card and not film.options.card and not (form.suffix == ".tex" and ours.card):
        ours, theirs = _bare(ours), _bare(theirs)
    if ours == theirs or repr(ours) == repr(theirs):  # nan is no nan's equal
        return ""
    if _bare(ours) == _bare(theirs):
        return tr("The command runs the graph to its end: the step card counts the moments of that run.")
    return tr("The command runs the graph afresh: its numbers at this moment are others.")


def _is_placed_otherwise(path: Path | None, graph: Graph) -> bool:
    """Whether the file has its nodes elsewhere: nowhere, where they were placed after it was opened."""
    from micrograd_gui.door import read

    try:
        return path is not None and read(path).places != graph.places
    except Refusal:
        return False  # the command says so, too


def _with_numbers(moment: Moment) -> Moment:
    """It, to be compared: a moment of a whole run holds its numbers only when it is asked for them."""
    return replace(moment, numbers=moment.frame)


def _bare(moment: Moment) -> Moment:
    """What is seen of the graph alone."""
    return replace(moment, card=(), cursor=None)


def _source(state: State, form: Form, name: str) -> tuple[tuple[str, ...], str]:
    """What the command reads, and why that is not yet the graph of the window."""
    if state.path is not None:
        return (str(state.path),), tr(_UNSAVED) if state.unsaved else ""
    if state.title in example_names() and state.graph is state.history.entries[0].graph:
        return (state.title,), ""
    if (told := _in_words(state.graph)) is not None:
        text, read = told
        placed = form.suffix not in _UNPLACED and state.graph.places != read.places
        return ("-e", text), tr(_PLACED_ANEW) if placed else ""
    return (f"{name}{SUFFIX}",), tr(_UNSAVED)


def _in_words(graph: Graph) -> tuple[str, Graph] | None:
    """An expression that is the graph, and what the command reads in it; None where there is none.

    A graph in no file is told so where it is small, and has nothing that an expression has no words for.
    """
    from micrograd_gui.document.notation.writer import expression_of
    from micrograd_gui.door import parse

    text = expression_of(graph) if 0 < len(graph) <= MOST_NAMES else ""
    if not 0 < len(text) <= _LONGEST or text.startswith("-"):
        return None
    try:
        read = parse(text)
    except Refusal:
        return None
    ours = structs.replace(graph, places=read.places, workspace=read.workspace, next_id=read.next_id)
    same = codec.encode(ours.seen(UNSEEN)) == codec.encode(read.seen(UNSEEN))
    return (text, read) if same else None


def _step(request: ExportRequest, form: Form) -> tuple[str | None, str]:
    """The moment as the command line says it, and why it cannot."""
    from micrograd_gui.session.record import script_of

    state, which, sheet = request.state, request.which, request.options.worksheet
    trace, usual = state.trace, script_of(request.graph)
    if which != "now":
        step = "all" if which == "all" and not form.animated and not sheet else None
        gone = trace is not None and not sheet and any(each.kind == "backward" for each in trace.script)
        if trace is not None and gone and trace.script != usual:
            return step, tr("The command runs the graph forward and backward once, whatever was run here.")
        return step, ""
    if sheet and request.run_ahead() is None:
        return None, ""
    if trace is None:
        return "0", ""
    if trace.script != usual[: len(trace.script)]:
        return None, tr("No command goes to this moment: it is not of a run forward and backward.")
    return str(state.cursor), ""


def _said(request: ExportRequest, form: Form) -> tuple[list[tuple[str, str | None]], str]:
    """Flag and value of all that is not as usual, and what cannot be said."""
    from micrograd_gui.export.options import OPTIONS

    said: list[tuple[str, str | None]] = []
    why = ""
    for name, row in OPTIONS.items():
        value = request.given.get(name)
        if name not in form.options or value is None or _is_usual(request, form, name, value):
            continue
        if row.switch:
            said.append((f"--no-{name}" if row.default is None and not value else row.flag, None))
        elif name in ("nodes", "paths"):
            ids = value if name == "nodes" else [value]
            names = list(_names(request.graph, ids)) if len(ids) <= MOST_NAMES else []
            if len(names) < len(ids):
                why = trn(
                    "Not each of the {n} nodes has a name by which a command could tell it.",
                    "Not each of the {n} nodes has a name by which a command could tell it.",
                    len(ids),
                )
            said.append((row.flag, ",".join(names)))
        else:
            said.append((row.flag, str(value)))
    return said, why


def _is_usual(request: ExportRequest, form: Form, name: str, value: Any) -> bool:
    """Whether the command line does that where nothing is said."""
    from micrograd_gui.export.options import OPTIONS

    if name == "theme":
        if request.options.worksheet:
            return bool(value == "print")
        return bool(value == "light") and form.suffix != ".html"
    if name == "card" and request.options.worksheet:
        return True
    if name == "card" and form.suffix != ".tex":  # which has a card even of one moment
        return bool(value) == (form.animated or (form.several and request.which == "all"))
    return name not in ("nodes", "paths") and bool(OPTIONS[name].read(value) == OPTIONS[name].default)


def _names(graph: Graph, ids: Iterable[NodeId]) -> Iterator[str]:
    """The names by which a command finds those nodes, of those that have one."""
    found: dict[str, NodeId] = {}
    for node in sorted(graph, key=lambda node: not node.title):
        found.setdefault(node.name, node.id)
    for number in sorted(ids):
        name = graph.nodes[number].name
        if name.strip() == name and "," not in name and found[name] == number:
            yield name

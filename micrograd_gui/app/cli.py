"""The command line: the window, and what can be done without one."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from micrograd_gui import log
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import one_line
from micrograd_gui.files import documents

USED_WRONGLY = 2  # the exit status of a refusal

_ABOUT = "A visual debugger for backpropagation: build a graph, run it, step it backward, nudge it."
_COMMANDS = """without a window:
  micrograd-gui render   FILE -o OUT   draw the graph; the suffix of OUT decides the form
  micrograd-gui check    FILE          compare analytic and numeric gradients
  micrograd-gui train    FILE          gradient descent over the rows of the graph's data
  micrograd-gui examples               list the built-in examples; any FILE may be the name of one
Each explains itself with --help."""
_CHECK_JSON = (
    "print one JSON object: target, h, nodes (id, label, op, data, analytic, numeric, error, ok), ok. "
    "A number that is not finite is written as null"
)


_WITH_MINUS = {"-e": "--expression", "--expression": "--expression", "--h": "--h", "--step": "--step"}


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one sentence; every one of them takes --debug."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.add_argument("--debug", action="store_true", help="a log on standard error")

    def error(self, message: str) -> NoReturn:
        raise Refusal(f"{message[:1].upper()}{message[1:].rstrip('.')}; see {self.prog} --help.")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; gives the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = arguments[:1] == ["--debug"]
    del arguments[:debug]
    commands: dict[str, tuple[Callable[[str], _Parser], Callable[[argparse.Namespace], int]]] = {
        "render": (_render_parser, _render),
        "check": (_check_parser, _check),
        "train": (_train_parser, _train),
        "examples": (_examples_parser, _examples),
    }
    parser, action = commands.get(arguments[0] if arguments else "", (_window_parser, _window))
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal without − and ✓ shows a question mark instead
        sys.stdout.reconfigure(errors="replace")
    try:
        name = "micrograd-gui" if action is _window else f"micrograd-gui {arguments.pop(0)}"
        given = parser(name).parse_args(_joined(arguments))
        if debug or given.debug:
            log.write_to_stderr()
        status = action(given)
        if sys.stdout is not None:  # it is None where the caller has closed it
            sys.stdout.flush()
        return status
    except Refusal as refusal:
        _complain(str(refusal))
        return USED_WRONGLY
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone (`| head`); nothing is left to say
        _drop_output()
        return 1
    except OSError as error:
        if error.filename is not None:  # files have refusals of their own
            raise
        _complain(f"The output cannot be written: {error.strerror or error}.")
        _drop_output()
        return USED_WRONGLY


def heed_interrupts() -> None:
    """From here on Ctrl+C raises KeyboardInterrupt, where the program was started so that it just ends."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _complain(sentence: str) -> None:
    if sys.stderr is not None:  # print would take standard output in its place
        print(one_line(sentence), file=sys.stderr)


def _drop_output() -> None:
    """What is still to be written goes nowhere, so that Python does not stumble over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _joined(arguments: Sequence[str]) -> list[str]:
    """``-e TEXT`` as one argument, so that an expression or a number may begin with a minus sign."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in _WITH_MINUS:
            joined[-1] = f"{_WITH_MINUS[joined[-1]]}={argument}"
        else:
            joined.append(argument)
    return joined


# ---------------------------------------------------------------- the window


def _window_parser(name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description=_ABOUT,
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_source(parser)
    parser.add_argument("--version", action="version", version=f"micrograd-gui {_version()}")
    return parser


def _window(given: argparse.Namespace) -> int:
    from micrograd_gui.files.documents import graph_from_source

    named = given.file is not None or given.expression is not None
    graph = graph_from_source(given.file, given.expression, given.set) if named or given.set else None
    heed_interrupts()
    if not _has_screen():
        from micrograd_gui.app.headless import play

        return play(graph or documents.load_example("neuron"), _name(given.file) if named else "neuron")
    from micrograd_gui.app.start import run_window

    if given.file is None or given.set:
        return run_window(graph)
    return run_window(given.file if given.file in documents.example_names() else Path(given.file))


def _name(file: str | None) -> str:
    """What the pictures of a graph are called: as its file or example, else plainly so."""
    return Path(file).stem if file else "graph"


def _has_screen() -> bool:
    """Whether a window can be shown: Windows and macOS always have a screen, elsewhere a variable tells."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


# ---------------------------------------------------------------- check


def _check_parser(name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description="Compare analytic and numeric gradients; the exit status is 0 where all agree, else 1.",
    )
    _add_source(parser)
    parser.add_argument("--h", default="1e-6", metavar="H", help="how far each node is nudged (1e-6)")
    parser.add_argument("--json", action="store_true", help=_CHECK_JSON)
    return parser


def _check(given: argparse.Namespace) -> int:
    from micrograd_gui.app.check_report import check_as_json, check_as_table
    from micrograd_gui.document.text import read_number
    from micrograd_gui.session.measure import check

    graph = _graph(given)
    h = read_number(given.h, "h")
    if h <= 0:
        raise Refusal("h must be larger than 0: the slope divides by it.")
    rows = check(graph, h)
    print(check_as_json(graph, rows, h) if given.json else check_as_table(graph, rows, h))
    return 0 if all(row.ok for row in rows) else 1


# ---------------------------------------------------------------- render


def _render_parser(name: str) -> _Parser:
    from micrograd_gui.export import formats

    forms = ", ".join(form.suffix for form in formats.forms())
    parser = _Parser(prog=name, description="Draw the graph with its numbers.")
    _add_source(parser)
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help=f"the file; its suffix decides the form: {forms}"
    )
    parser.add_argument(
        "--step",
        default=None,
        metavar="N",
        help="the moment after N steps (0: before the first), last, or all: numbered files, pages of a "
        "PDF, slides of a .tex, frames of a GIF, WebP or .html; without it the end of the run, with no step "
        "outlined",
    )
    parser.add_argument(
        "--theme",
        choices=("light", "dark", "print"),
        help="light; an .html goes by its reader's screen unless it is told; print needs no colours",
    )
    parser.add_argument("--style", choices=("notebook", "canvas"), default="notebook", help="whose look")
    parser.add_argument("--rankdir", choices=("LR", "TB"), default="LR", help="to the right, or downwards")
    parser.add_argument("--nodes", metavar="A,B,…", help="only these nodes and the wires between them")
    parser.add_argument(
        "--no-gradients", dest="gradients", action="store_false", help="no grad in the nodes"
    )
    parser.add_argument(
        "--open-blocks", dest="folded", action="store_false", help="collapsed blocks with all their nodes"
    )
    parser.add_argument("--digits", metavar="N", help="behind the point of each number: 4")
    parser.add_argument(
        "--card", action=argparse.BooleanOptionalAction, default=None,
        help="the step card below the graph; without it, where a file has many moments",
    )  # fmt: skip
    parser.add_argument("--only", choices=("graph", "card"), help="no step card, or nothing but that")
    parser.add_argument("--scale", metavar="S", help="pixels per unit: of a PNG 2, of an animation 1")
    parser.add_argument("--margin", metavar="M", help="around the whole, in units: 8")
    parser.add_argument("--transparent", action="store_true", help="no ground behind an SVG, PNG or .tex")
    parser.add_argument(
        "--dialect", choices=("micrograd", "torch", "jax"), help="what a .py is written in: micrograd"
    )
    parser.add_argument(
        "--train", action="store_true", help="a .py that trains the graph on its rows by PyTorch, or torchrun"
    )
    parser.add_argument("--fps", metavar="F", help="moments per second of an animation")
    parser.add_argument("--seconds", metavar="T", help="or seconds per moment: 1.6")
    return parser


def _render(given: argparse.Namespace) -> int:
    from micrograd_gui.export.formats import render

    others = ("file", "expression", "set", "debug")
    told = {name: value for name, value in vars(given).items() if name not in others}
    graph = _graph(given)
    heed_interrupts()
    for path in render(graph, told.pop("output"), **told):
        print(path)
    return 0


# ---------------------------------------------------------------- train, examples


def _train_parser(name: str) -> _Parser:
    from micrograd_gui.app.train import add_arguments

    parser = _Parser(prog=name, description="Gradient descent over the graph's data.")
    _add_source(parser)
    add_arguments(parser)
    return parser


def _train(given: argparse.Namespace) -> int:
    from micrograd_gui.app.train import train

    return train(_graph(given), given, begin=heed_interrupts)


def _examples_parser(name: str) -> _Parser:
    return _Parser(prog=name, description="List the built-in examples.")


def _examples(given: argparse.Namespace) -> int:
    for each in documents.examples():
        print(f"{each.name:12}{'trains  ' if each.trains else ''}{each.title}: {each.sentence}")
    return 0


# ---------------------------------------------------------------- shared


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="a .micrograd file, or the name of an example"
    )
    parser.add_argument("-e", "--expression", metavar="EXPR", help='a graph in words: "L = (a*b + c) * f"')
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=NUMBER", help="a leaf's value; may be repeated"
    )


def _graph(given: argparse.Namespace) -> Any:
    from micrograd_gui.files.documents import graph_from_source

    return graph_from_source(given.file, given.expression, given.set)


def _version() -> str:
    try:
        return metadata.version("micrograd-gui")
    except metadata.PackageNotFoundError:
        return "(a checkout)"

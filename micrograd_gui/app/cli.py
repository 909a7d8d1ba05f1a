"""The command line: the window, and what can be done without one."""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from micrograd import language
from micrograd.language import N_, columns, in_lines, in_quotes, tr, trn, with_colon
from micrograd_gui.document.errors import Net, OptionRefusal, Refusal, caught
from micrograd_gui.document.text import in_order, one_line

if TYPE_CHECKING:
    from micrograd_gui.export.options import Option
    from micrograd_gui.files.documents import OpenedGraph

USED_WRONGLY = 2  # the exit status of a refusal

_ABOUT = N_("A visual debugger for backpropagation: build a graph, run it, step it backward, nudge it.")
_COMMANDS = N_("""without a window:
  micrograd-gui render   FILE -o OUT   draw the graph; the suffix of OUT decides the form
  micrograd-gui check    FILE          compare analytic and numeric gradients
  micrograd-gui train    FILE          gradient descent over the rows of the graph's data
  micrograd-gui examples               list the built-in examples; any FILE may be the name of one
  micrograd-gui lessons                list the lessons; --check FILE plays one and says what is wrong
Each explains itself with --help. Where there is no screen, the graph is played through without a window:
its gradients are printed and pictures of it are written to out/.""")
_FILE = N_(
    "a .micrograd file, or what carries a graph: a picture (.svg .png .pdf .tex), script (.py), notebook "
    "(.ipynb) or page (.html) that was exported here; a notebook or script of anybody, whose cells are "
    "walked through; DOT (.dot .gv); the name of an example; or a file as file:///…"
)
_CHECK_JSON = N_(
    "print one JSON object: target, h, nodes (id, label, op, data, analytic, numeric, error, ok, verdict, "
    "reason), ok. A number that is not finite is written as null, and so is ok where it cannot be told"
)
_WITH_MINUS = {"-e": "--expression", "--expression": "--expression", "--h": "--h", "--step": "--step"}


class _HelpLines(argparse.HelpFormatter):
    """Breaks lines by the columns that letters take; what is narrow as argparse itself does."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if columns(text) == len(text) else in_lines(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))


class _TableBelow(_HelpLines):
    """And leaves the lines of a table as they stand."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        parts = groupby(text.split("\n"), lambda line: line[:1] == " ")
        return "\n".join(
            "\n".join(lines) if table else super(_TableBelow, self)._fill_text(" ".join(lines), width, indent)
            for table, lines in parts
        )


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one sentence; every one of them takes --debug."""

    def __init__(self, *, formatter: type[argparse.HelpFormatter] = _HelpLines, **options: Any) -> None:
        self._of_terminal = formatter
        narrow = partial(formatter, width=80)  # argparse asks one of each option; the real width wants shutil
        super().__init__(allow_abbrev=False, formatter_class=narrow, **options)
        self.add_argument("--debug", action="store_true", help=tr("a log on standard error"))
        self.add_argument("--language", metavar="CODE", help=tr("de, es, fr, ja, zh_CN, en, or a .po file"))

    def format_help(self) -> str:
        """As wide as the terminal."""
        self.formatter_class = self._of_terminal
        return super().format_help()

    def print_help(self, file: Any = None) -> None:
        print(self.format_help(), end="", file=file, flush=True)  # argparse hides where it cannot

    def error(self, message: str) -> NoReturn:
        said = f"{message[:1].upper()}{message[1:].rstrip('.。')}"
        raise Refusal(tr("{complaint}; see {command} --help.", complaint=said, command=self.prog))


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; gives the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = arguments[:1] == ["--debug"]
    del arguments[:debug]
    one = "".join(arguments[:1])
    said_first = 2 if one == "--language" else int(one.startswith("--language="))
    arguments = arguments[said_first:] + arguments[:said_first]  # the command may come after it
    commands = _commands()
    parser, action = commands.get(arguments[0] if arguments else "", commands[""])
    if action is not _window:
        gc.set_threshold(100_000, 5, 2)  # what is loaded stays: looking through it for garbage is in vain
    language.write_plainly(sys.stdout, sys.stderr)
    try:
        _speak(arguments, draws=action in (_render, _train))
        name = "micrograd-gui" if action is _window else f"micrograd-gui {arguments.pop(0)}"
        given = parser(name).parse_args(_joined(arguments))
        if debug or given.debug:
            from micrograd_gui import log

            log.write_to_stderr()
        with Net("run", in_quotes(name), but=(OSError,)):
            status = action(given)
        if sys.stdout is not None:  # it is None where the caller has closed it
            sys.stdout.flush()
        return status
    except Refusal as refusal:
        _complain(refusal.naming(_flag) if isinstance(refusal, OptionRefusal) else str(refusal))
        return USED_WRONGLY
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone (`| head`); nothing is left to say
        _drop_output()
        return 1
    except OSError as error:
        if error.filename is not None:  # files have refusals of their own, but for what nobody foresaw
            _complain(str(caught(error, "run", in_quotes(str(error.filename)))))
            return USED_WRONGLY
        _complain(tr("The output cannot be written: {why}.", why=error.strerror or error))
        _drop_output()
        return USED_WRONGLY


def _commands() -> dict[str, tuple[Callable[[str], _Parser], Callable[[argparse.Namespace], int]]]:
    """What makes the parser of each command, and what does it; the window's has no name."""
    return {
        "": (_window_parser, _window),
        "render": (_render_parser, _render),
        "check": (_check_parser, _check),
        "train": (_train_parser, _train),
        "examples": (_examples_parser, _examples),
        "lessons": (_lessons_parser, _lessons),
    }


def parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command, by its name; the window's comes first, and has none."""
    return {name: make(f"micrograd-gui {name}".strip()) for name, (make, _) in _commands().items()}


def _speak(arguments: Sequence[str], draws: bool) -> None:
    """Use the language that is asked for, before anything is said; raises Refusal.

    English where the encoding has not its letters, but for figures; the window asks again.
    """
    asked = [each.partition("=")[2] for each in arguments if each.startswith("--language=")]
    asked += [code for option, code in pairwise(arguments) if option == "--language"]
    if asked or not language.english_will_do():
        from micrograd_gui import languages  # what the sources say needs no catalogue

        try:
            languages.begin(asked[-1] if asked else "")
        except languages.CatalogueFault as fault:
            raise Refusal(str(fault)) from None
        if not draws and not languages.is_legible(sys.stdout, sys.stderr):
            languages.use("en")
    vars(argparse).update(_=tr, ngettext=trn)  # what argparse says of itself is in the catalogue, too


def _seen(table: str) -> str:
    """A table as a terminal has it, which may turn a row around; what another program reads has no marks."""
    return in_order(table) if sys.stdout is not None and sys.stdout.isatty() else table


def _flag(option: str) -> str:
    """How an option is said here: those of `render` have rows in a table."""
    from micrograd_gui.export.options import OPTIONS

    return OPTIONS[option].flag if option in OPTIONS else f"--{option}"


def _complain(sentence: str) -> None:
    if sentence and sys.stderr is not None:  # print would take standard output in its place
        print(one_line(sentence), file=sys.stderr)


def _drop_output() -> None:
    """What is still to be written goes nowhere, so that Python does not stumble over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _joined(arguments: Sequence[str]) -> list[str]:
    """``-e TEXT`` as one argument, so that an expression or a number may begin with a minus sign.

    So is any other option with a number or length below 0, which its own sentence refuses.
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in _WITH_MINUS:
            joined[-1] = f"{_WITH_MINUS[joined[-1]]}={argument}"
        elif joined and re.fullmatch(r"--[\w-]+", joined[-1]) and re.match(r"-\.?\d", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


class _ShowVersion(argparse.Action):
    """Prints the version and the commit, which are looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from micrograd_gui.version import told

        print(f"micrograd-gui {told()}", flush=True)
        parser.exit()


# ---------------------------------------------------------------- the window


def _window_parser(name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description=tr(_ABOUT),
        epilog=tr(_COMMANDS),
        formatter=_TableBelow,
    )
    _add_source(parser)
    parser.add_argument(
        "--lesson", type=_plain_name, metavar="NAME", help=tr("begin a lesson: its name, or a file")
    )
    parser.add_argument(
        "--install-desktop", dest="desktop", action="store_const", const="install",
        help=tr("put it into this user's menu, with icon, manual and completions, to open .micrograd files"),
    )  # fmt: skip
    parser.add_argument(
        "--uninstall-desktop", dest="desktop", action="store_const", const="uninstall",
        help=tr("take that away again"),
    )  # fmt: skip
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help=tr("show the version and the commit"))
    return parser


def _window(given: argparse.Namespace) -> int:
    from micrograd_gui.app.screen import why_no_screen
    from micrograd_gui.files.documents import takes_long

    if given.desktop is not None:
        from micrograd_gui.app.desktop.install import install, uninstall

        print((install if given.desktop == "install" else uninstall)(parsers()))
        return 0
    named = given.file is not None or given.expression is not None
    if given.file is not None and given.expression is None and not given.set and takes_long(given.file):
        opened: OpenedGraph | Path | None = Path(given.file)  # it is read while the window is there
    else:
        opened = _opened(given) if named or given.set else None
    if given.lesson is not None:
        if opened is not None:
            raise Refusal(tr("A lesson opens its own graph: name either a lesson or a graph."))
        _readable(given.lesson)
    no_screen = why_no_screen()
    if given.lesson is not None and no_screen:
        raise Refusal(
            tr(
                "{no_screen} A lesson needs a screen; `micrograd-gui lessons --check` plays one without.",
                no_screen=no_screen,
            )
        )
    if no_screen:
        _complain(tr("{no_screen} The graph is played through without one.", no_screen=no_screen))
        from micrograd_gui.app.headless import play
        from micrograd_gui.files.documents import resolve

        return play(resolve(opened).graph, _file_name(given.file) if named else "neuron")
    from micrograd_gui.app.start import run_window

    return run_window(opened) if given.lesson is None else run_window(lesson=given.lesson)


def _readable(lesson: str) -> None:
    """Raises Refusal where there is no such lesson, before there is a window."""
    from micrograd_gui.files.lessons import open_lesson

    open_lesson(lesson)


def _file_name(file: str | None) -> str:
    """What the pictures of a graph are called: as its file or example, else plainly so."""
    return Path(file).stem if file else "graph"


# ---------------------------------------------------------------- check


def _check_parser(name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description=tr(
            "Compare analytic and numeric gradients; the exit status is 0 where all agree, else 1."
        ),
    )
    _add_source(parser)
    parser.add_argument("--h", default="1e-6", metavar="H", help=tr("how far each node is nudged (1e-6)"))
    parser.add_argument("--json", action="store_true", help=tr(_CHECK_JSON))
    parser.add_argument("--torch", action="store_true", help=tr("compare with PyTorch's data and gradients"))
    return parser


def _check(given: argparse.Namespace) -> int:
    from micrograd_gui.export.check_report import check_as_json, check_as_table
    from micrograd_gui.session import measure

    graph = _opened(given).graph
    if given.torch:
        from micrograd_gui.session.asking import in_torch

        asked = in_torch.verify(graph)
        print(in_torch.as_json(graph, asked) if given.json else _seen(in_torch.as_table(graph, asked)))
        return 0 if all(row.ok for row in asked) else 1
    h = measure.checked_step(given.h)
    rows = measure.check(graph, h)
    print(check_as_json(graph, rows, h) if given.json else _seen(check_as_table(graph, rows, h)))
    return 0 if all(row.ok for row in rows) else 1  # None is no agreement


# ---------------------------------------------------------------- render


def _render_parser(name: str) -> _Parser:
    from micrograd_gui.export.formats import FORMS
    from micrograd_gui.export.options import OPTIONS

    parser = _Parser(prog=name, description=tr("Draw the graph with its numbers."))
    _add_source(parser)
    parser.add_argument(
        "-o", "--output", required=True, type=_plain_name, metavar="OUT",
        help=tr("the file; its suffix decides the form: {names}", names=', '.join(FORMS)),
    )  # fmt: skip
    for option in OPTIONS.values():
        _add_option(parser, option)
    return parser


def _add_option(parser: argparse.ArgumentParser, option: Option) -> None:
    """The row of the table as an argument; what is not given is left to the table."""
    told: dict[str, Any] = {"dest": option.name, "default": argparse.SUPPRESS, "help": tr(option.help)}
    if option.switch and option.default is None:
        told["action"] = argparse.BooleanOptionalAction
    elif option.switch:
        told["action"] = "store_false" if option.default else "store_true"
    elif option.choices is not None:
        told["choices"] = option.choices()
    else:
        told["metavar"] = option.metavar
    parser.add_argument(option.flag, **told)


def _render(given: argparse.Namespace) -> int:
    from micrograd_gui.door import render
    from micrograd_gui.export.formats import LaidOutPlainly
    from micrograd_gui.export.options import OPTIONS

    graph = _opened(given).graph
    options: Any = {name: value for name, value in vars(given).items() if name in OPTIONS}
    with warnings.catch_warnings(record=True, action="always", category=LaidOutPlainly) as told:
        written = render(graph, given.output, **options)
    for path in written:
        print(path)
    for each in told:
        if issubclass(each.category, LaidOutPlainly):
            _complain(str(each.message))
        else:
            warnings.showwarning(each.message, each.category, each.filename, each.lineno)
    return 0


# ---------------------------------------------------------------- train, examples


def _train_parser(name: str) -> _Parser:
    from micrograd_gui.app.train import add_arguments

    parser = _Parser(prog=name, description=tr("Gradient descent over the graph's data."))
    _add_source(parser)
    add_arguments(parser)
    return parser


def _train(given: argparse.Namespace) -> int:
    from micrograd_gui.app.train import train

    return train(_opened(given).graph, given)


def _examples_parser(name: str) -> _Parser:
    return _Parser(prog=name, description=tr("List the built-in examples."))


def _examples(given: argparse.Namespace) -> int:
    from micrograd_gui.files.documents import examples

    for each in examples():
        said = with_colon(tr(each.title), tr(each.sentence))
        print(f"{each.name:12}{tr('trains') + '  ' if each.trains else ''}{said}")
    return 0


def _lessons_parser(name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description=tr(
            "List the lessons; with --check, play some and say what is wrong: the exit status is 0 "
            "where nothing is, else 1."
        ),
    )
    parser.add_argument("--check", nargs="*", metavar="FILE", help=tr("files, or names; none: all there are"))
    return parser


def _lessons(given: argparse.Namespace) -> int:
    from micrograd_gui.files.lessons import lesson_names, lessons, open_lesson

    if given.check is None:
        for each in lessons():
            said = with_colon(tr(each.title), tr(each.sentence))
            print(f"{each.name:14}{tr('{n:2} steps', n=each.steps)}  {said}")
        return 0
    from micrograd_gui.session.lessons.checking import faults

    wrong = False
    for name in given.check or lesson_names():
        lesson = open_lesson(name)
        found = faults(lesson)
        wrong = wrong or bool(found)
        for fault in found:
            print(f"{name}: {fault.field}: {fault.sentence}")
        if not found:
            print(tr("{name}: all {n} steps can be done", name=name, n=len(lesson.steps)))
    return 1 if wrong else 0


# ---------------------------------------------------------------- shared


def _add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=_plain_name, metavar="FILE", help=tr(_FILE))
    parser.add_argument(
        "-e", "--expression", metavar="EXPR", help=tr('a graph in words: "L = (a*b + c) * f"')
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help=tr("a leaf's value; may be repeated"),
    )


def _plain_name(name: str) -> str:
    """A name as it is given, or the path in an address; raises Refusal."""
    from micrograd_gui.files.documents import as_path

    return as_path(name)


def _opened(given: argparse.Namespace) -> OpenedGraph:
    """The graph that the arguments name, its leaves set as in ``--set a=2``; raises Refusal."""
    from micrograd_gui.files.documents import OpenedGraph, open_named

    if (given.file is None) == (given.expression is None):
        raise Refusal(tr("Name either a file (or an example) or an expression after -e."))
    if given.file is not None:
        opened = open_named(given.file)
        _complain(opened.said)
    else:
        from micrograd_gui.door import parse

        opened = OpenedGraph(parse(given.expression), title="expression")
    if not given.set:
        return opened
    from micrograd_gui.door import set_leaves

    try:
        graph = set_leaves(opened.graph, dict(map(_setting, given.set)))
    except Refusal as refusal:
        raise Refusal(f"--set: {refusal}") from None  # as in code
    return OpenedGraph(graph, title=_file_name(given.file))


def _setting(text: str) -> tuple[str, float]:
    from micrograd_gui.document.text import quoted, read_number

    name, sign, number = text.partition("=")
    if not sign or not name.strip():
        raise Refusal(tr("it needs a name and a number, like a=2, not {text}.", text=quoted(text)))
    return name.strip(), read_number(number, tr("the value of {name}", name=name.strip()))

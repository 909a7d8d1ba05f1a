"""The shell: the manual page, and completions for bash, zsh and fish, all made from the parsers."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from micrograd_gui.files.lessons import lesson_names
from micrograd_gui.languages import NAMES
from micrograd_gui.resource import resource

PROGRAM = "micrograd-gui"
_FILES = ("FILE", "OUT")  # what stands for a file
_OFFERED: dict[tuple[str, ...], Callable[[], tuple[str, ...]]] = {
    ("--language",): lambda: tuple(NAMES),
    ("--lesson",): lesson_names,
}

Parsers = Mapping[str, argparse.ArgumentParser]  # by command; the window's is the first, and has no name


class Flag(Struct, frozen=True):
    """One option of a command: its words, what it does, and what may follow it.

    ``choices`` are all words that may, ``offered`` some of them, ``value`` is what stands for one; all are
    empty where nothing does.
    """

    words: tuple[str, ...]
    help: str
    choices: tuple[str, ...] = ()
    value: str = ""
    offered: tuple[str, ...] = ()


def options_of(parser: argparse.ArgumentParser) -> Iterator[Flag]:
    """All options of a parser, without what has only a place."""
    for action in parser._actions:
        if action.option_strings and action.help != argparse.SUPPRESS:
            choices = tuple(map(str, action.choices or ()))
            value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
            words = tuple(action.option_strings)
            offered = choices or _OFFERED.get(words, tuple)()
            yield Flag(words, _plain(action.help, action), choices, value, offered)


def _plain(text: str | None, action: argparse.Action | None = None) -> str:
    """A text of help on one line, its placeholders filled in."""
    said = " ".join((text or "").split())
    return said % vars(action) if action is not None and "%" in said else said


def _about(parser: argparse.ArgumentParser) -> str:
    """What a command does, in a few words."""
    return re.split(r"[;:.] |[.]$", _plain(parser.description))[0]


def _filled(template: str, **parts: str) -> str:
    """The file of that name in resources/desktop, with a text for each of its ``@names@``."""
    text = resource("desktop", template).read_text("utf-8")
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


# ---------------------------------------------------------------- the manual


def manual(parsers: Parsers, version: str) -> str:
    """The manual page, in man's own language."""
    window = parsers[""]
    files = next(action for action in window._actions if action.dest == "file")
    return _filled(
        "manual.1",
        version=version,
        synopsis="\n.br\n".join(map(_synopsis, parsers.values())),
        about=_roff(_plain(window.description)),
        file=_roff(_plain(files.help)),
        commands="\n".join(line for name in parsers for line in _section(name, parsers[name])),
    )


def _synopsis(parser: argparse.ArgumentParser) -> str:
    takes = [str(action.metavar) for action in parser._actions if not action.option_strings]
    after = " ".join(["[\\fIoptions\\fR]", *(f"[\\fI{_roff(each)}\\fR]" for each in takes)])
    return f".B {_roff(parser.prog)}\n{after}"


def _section(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f".SH THE COMMAND {name.upper()}" if name else ".SH OPTIONS"  # as in code
    if name:
        yield _roff(_plain(parser.description))
    for option in options_of(parser):
        words = ", ".join(f"\\fB{_roff(word)}\\fR" for word in option.words)
        yield from (".TP", f"{words} \\fI{_roff(option.value)}\\fR" if option.value else words)
        yield _roff(option.help + (f" ({', '.join(option.choices)})" if option.choices else ""))


def _roff(text: str) -> str:
    """Text whose hyphens, backslashes and first dots are themselves."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


# ---------------------------------------------------------------- completions


def bash(parsers: Parsers, names: tuple[str, ...]) -> str:
    """The completion for bash; ``names`` may stand in place of a file."""
    commands = [name for name in parsers if name]
    choices = [
        f'        "{name} {word}") choices="{" ".join(option.offered)}" ;;'
        for name, parser in parsers.items()
        for option in options_of(parser)
        for word in option.words
        if option.offered
    ]
    words = {
        name: " ".join(word for each in options_of(parser) for word in each.words)
        for name, parser in parsers.items()
    }
    return _filled(
        "completion.bash",
        names=" ".join(names),
        commands=" ".join(commands),
        either="|".join(commands),
        choices="\n".join(choices),
        options="\n".join(f'        "{name}") options="{known}" ;;' for name, known in words.items()),
    )


def zsh(parsers: Parsers, names: tuple[str, ...]) -> str:
    """The completion for zsh."""
    commands = {name: parser for name, parser in parsers.items() if name}
    told = [f"    {_quoted(f'{name}:{_in_zsh(_about(parser))}')}" for name, parser in commands.items()]
    return _filled(
        "completion.zsh",
        names=" ".join(names),
        functions="\n".join(_zsh_function(name or "window", parser) for name, parser in parsers.items()),
        commands="\n".join(told),
        either="|".join(commands),
    )


def _zsh_function(name: str, parser: argparse.ArgumentParser) -> str:
    lines = [f"_micrograd_gui_{name}() {{", "  _arguments -S \\"]
    for option in options_of(parser):
        after = ""
        if option.value:
            what = f"({' '.join(option.offered)})" if option.offered else ""
            after = f":{_in_zsh(option.value)}:{what or ('_files' if option.value in _FILES else ' ')}"
        told = f"[{_in_zsh(option.help)}]{after}"
        lines += [f"    {_quoted(f'{word}{told}')} \\" for word in option.words]
    return "\n".join((*lines, "    '*:file:_micrograd_gui_files'", "}", ""))


def fish(parsers: Parsers, names: tuple[str, ...]) -> str:
    """The completion for fish."""
    commands = {name: _about(parser) for name, parser in parsers.items() if name}
    seen = f"__fish_seen_subcommand_from {' '.join(commands)}"  # as in code
    start = f"complete -c {PROGRAM}"
    lines = [f"# fish completion for {PROGRAM}", f"{start} -a {_in_fish(' '.join(names))} -d example"]
    for name, said in commands.items():
        lines.append(f"{start} -n {_in_fish(f'not {seen}')} -a {name} -d {_in_fish(said)}")  # as in code
    for name, parser in parsers.items():
        when = _in_fish(f"__fish_seen_subcommand_from {name}" if name else f"not {seen}")  # as in code
        for option in options_of(parser):
            flags = [f"-l {word[2:]}" if word[:2] == "--" else f"-s {word[1:]}" for word in option.words]
            if option.offered:
                flags.append(f"-x -a {_in_fish(' '.join(option.offered))}")
            elif option.value:
                flags.append("-r" if option.value in _FILES else "-x")
            lines.append(f"{start} -n {when} {' '.join(flags)} -d {_in_fish(option.help)}")
    return "\n".join((*lines, ""))


def _in_fish(text: str) -> str:
    return _quoted(text.replace("\\", "\\\\"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _in_zsh(text: str) -> str:
    """A text within a spec of _arguments, where brackets and colons mean something."""
    return re.sub(r"([\[\]:])", r"\\\1", text)

"""Jupyter: the lines of a cell that are none of Python: magics, commands of the shell, questions for help."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Of a cell that begins with one of these no line is Python.
_OF_OTHERS = frozenset(
    ("bash", "sh", "script", "cmd", "system", "sx", "html", "HTML", "svg", "SVG", "javascript", "js", "latex",
     "markdown", "perl", "ruby", "R", "cython", "writefile", "file", "python", "python2", "python3", "pypy",
     "sql")
)  # fmt: skip
_CELL = r"\s*%%(\w+|!)"
_WALKED = r"([ \t]*)(%time(?:[ \t]+-\w+)*[ \t]+)(?=[^\s#])"  # what follows is a statement
_PASSED = (
    r"([ \t]*)("
    r"%{1,2}[A-Za-z].*|%%!.*|!.*"
    r"|\?{1,2}[A-Za-z_][\w.*]*|[A-Za-z_][\w.]*\?{1,2}"
    r"|[A-Za-z_][\w, \t]*=[ \t]*(?:![ \t]*|%{1,2})[A-Za-z].*"
    r")[ \t]*$"
)
# A text on several lines is one, whatever is in it; one on a line, or a comment, does not begin such a text.
_TEXTS = r"'''.*?'''|\"\"\".*?\"\"\"|'[^'\n]*'|\"[^\"\n]*\"|#[^\n]*"


def without_jupyter(text: str) -> tuple[str, list[int], list[tuple[int, str]]]:
    """What is left for Python, line by line; where each of its characters stood; and what was passed over.

    ``%time y = f(x)`` is the statement, which nobody times. No line is added, and none is taken away.
    """
    out: list[str] = []
    places: list[int] = []
    passed: list[tuple[int, str]] = []
    start = 0
    for number, (line, kept, before, said) in enumerate(_lines(text), 1):
        if said:
            passed.append((number, said[:60]))
        out.append(before + line[kept:])
        places += [start] * len(before) + list(range(start + kept, start + len(line) + 1))
        start += len(line) + 1
    places[len("\n".join(out)) :] = [len(text)]
    return "\n".join(out), places, passed


def _lines(text: str) -> Iterator[tuple[str, int, str, str]]:
    """Each line, from where it is kept, what stands there before, and what of it is passed over."""
    cell = re.match(_CELL, text)
    others = cell is not None and cell[1] in (*_OF_OTHERS, "!")
    inside = {
        line
        for found in re.finditer(_TEXTS, text, re.DOTALL)
        for line in range(text.count("\n", 0, found.start()) + 1, text.count("\n", 0, found.end()) + 1)
    }
    goes_on = begun = False
    for number, line in enumerate(text.split("\n")):
        if number in inside and not others:
            yield line, 0, "", ""
            continue
        if goes_on or (others and begun):
            goes_on = goes_on and line.rstrip().endswith("\\")
            yield line, len(line), "", ""
            continue
        if (walked := re.match(_WALKED, line)) is not None:
            yield line, walked.end(), walked[1], walked[2].strip()
        elif (found := re.match(_PASSED, line)) is not None:
            goes_on, begun = line.rstrip().endswith("\\"), True
            yield line, len(line), f"{found[1]}pass" if found[1] else "", found[2].strip()
        else:
            yield line, 0, "", ""

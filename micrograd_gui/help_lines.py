"""The lines of a command's help, also in scripts without spaces, whose letters take two columns each."""

from __future__ import annotations

import argparse
import re

from micrograd.language import columns

_NEVER_FIRST = "、。，．・：；？！）」』】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)”’…"
_NEVER_LAST = "（「『【〈《(“‘"
# A word with its spaces, or one letter of a script without them.
_WIDE = r"\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+")


class HelpLines(argparse.HelpFormatter):
    """Breaks lines by the columns of the terminal; English as argparse itself does."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if columns(text) == len(text) else broken(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if columns(text) == len(text):
            return super()._fill_text(text, width, indent)
        return "\n".join(indent + line for line in broken(text, width - len(indent)))


def broken(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns; no line begins with a comma, or ends with a bracket."""
    units: list[str] = []
    for piece in _PIECES.findall(" ".join(text.split())):
        if units and (piece[0] in _NEVER_FIRST or units[-1][-1] in _NEVER_LAST):
            units[-1] += piece
        else:
            units.append(piece)
    lines = [""]
    for unit in units:
        if lines[-1] and columns(lines[-1] + unit.rstrip()) > width:
            lines.append("")
        lines[-1] += unit if lines[-1] else unit.lstrip()
    return [line.rstrip() for line in lines if line.strip()]

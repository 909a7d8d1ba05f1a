"""Source: the text of an expression, and where in it something is wrong."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.text import LONGEST_EXPRESSION, spoken

_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.|In \[\d*\]:| +\.\.\.:)(?: |$)")

_MAGIC = re.compile(r"^[ \t]*(?:%{1,2}[A-Za-z]|!).*$", re.MULTILINE)  # lines of Jupyter, not of Python
_TYPESET = str.maketrans("\u00a0\u202f\u2018\u2019\u201c\u201d\u2212", "  ''\"\"-")  # by web pages and slides


class SourceText:
    """A text that was typed or pasted; lines and columns are counted in it as it was given."""

    def __init__(self, text: str) -> None:
        whole, self._prompts = _without_prompts(text.replace("\r\n", "\n").replace("\r", "\n"))
        level = textwrap.dedent(whole)  # a cell may be pasted with its indentation
        self.text = level.strip()
        skipped = level[: len(level) - len(level.lstrip())]
        first = next((line for line in whole.split("\n") if line.strip()), "")
        self._lines_before = skipped.count("\n")
        self._column_before = len(first) - len(first.lstrip())
        self._margin = self._column_before - (len(skipped) - skipped.rfind("\n") - 1)
        self._lines = self.text.split("\n")

    def statements(self) -> list[ast.stmt]:
        """What Python's own parser makes of it; raises ExpressionRefusal."""
        if len(self.text) > LONGEST_EXPRESSION:
            raise ExpressionRefusal(f"The expression is longer than {LONGEST_EXPRESSION} characters.")
        if not self.text:
            raise ExpressionRefusal("The expression is empty.")
        try:
            return self._parsed()
        except SyntaxError as error:
            raise self._syntax(error) from None
        except (RecursionError, MemoryError):
            raise ExpressionRefusal(
                "The expression is too long or nested too deeply: name its parts, as in e = a*b; L = e*f."
            ) from None
        except ValueError:
            raise ExpressionRefusal("The expression contains a character that cannot be read.") from None

    def _parsed(self) -> list[ast.stmt]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's doubts about escapes in labels are none of ours
            try:
                return ast.parse(self.text).body
            except SyntaxError:
                plain = _MAGIC.sub("", self.text.translate(_TYPESET))  # every place stays where it was
                if plain == self.text:
                    raise
                statements = ast.parse(plain).body
                self.text, self._lines = plain, plain.split("\n")
                return statements

    def refusal(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        """The sentence, said of that part."""
        line, offset = getattr(where, "lineno", 1), getattr(where, "col_offset", 0)
        column = len(self._lines[line - 1].encode()[:offset].decode(errors="replace"))  # offsets count bytes
        return self._at(line, column + 1, sentence)

    def quoted(self, where: ast.AST) -> str:
        """What is written there, in one short line."""
        return f"“{spoken(ast.get_source_segment(self.text, where) or '')}”"

    def _at(self, line: int, column: int, sentence: str) -> ExpressionRefusal:
        column += self._column_before if line == 1 else self._margin
        line += self._lines_before
        column += self._prompts.get(line, 0)
        several = len(self._lines) + self._lines_before > 1
        place = f"Line {line}, column {column}" if several else f"Column {column}"
        return ExpressionRefusal(f"{place}: {sentence}.", line, column)

    def _syntax(self, error: SyntaxError) -> ExpressionRefusal:
        line = min(max(1, error.lineno or 1), len(self._lines))
        here = self._lines[line - 1]
        column = min(max(1, error.offset or 1), len(here) + 1)
        rest = here[column - 1 :].strip()
        if "was never closed" in error.msg:
            sentence = "the bracket opened here is never closed"
        elif "too many nested" in error.msg:
            sentence = "brackets are nested too deeply here"
        elif "expected an indented block" in error.msg or "unexpected indent" in error.msg:
            column = 1 + len(here) - len(here.lstrip())
            sentence = "a statement starts at the beginning of its line"
        elif not rest:
            column, sentence = len(here) + 1, "something is missing at the end"
        else:
            sentence = f"“{spoken(rest[:20])}” cannot stand here"
        return self._at(line, column, sentence)


def on_one_line(text: str) -> str:
    """The statements of a cell, comments gone, joined with ``; ``: for a field that has one line only.

    A cell that cannot be read, or not so, stays as it is: behind a comment, what follows would be lost.
    """
    if "\n" not in text.strip():
        return text.strip()
    try:
        parts = [ast.unparse(statement) for statement in SourceText(text).statements()]
    except ExpressionRefusal:  # it is refused again when it is read, with its line and column
        return text.strip()
    whole = any("\n" in part for part in parts)  # a class or a loop: no line of its own holds it
    return text.strip() if whole else "; ".join(parts)


def _without_prompts(text: str) -> tuple[str, dict[int, int]]:
    """A session without the terminal's prompts and answers, and by line how much was taken away."""
    lines = text.split("\n")
    if not re.match(r"[ \t]*(>>>|In \[\d*\]:)", next((line for line in lines if line.strip()), "")):
        return text, {}
    kept, taken = [], {}
    for number, line in enumerate(lines, 1):
        prompt = _PROMPT.match(line)
        taken[number] = prompt.end() if prompt else 0
        kept.append(line[prompt.end() :] if prompt else "")  # without a prompt it is an answer
    return "\n".join(kept), taken

"""Source: the text of an expression, and where in it something is wrong."""

from __future__ import annotations

import ast
import re
import textwrap
import unicodedata
import warnings
from collections.abc import Sequence
from io import StringIO

from micrograd.language import N_, in_quotes, tr
from micrograd_gui.document.errors import ExpressionRefusal, Net
from micrograd_gui.document.notation.hints import instead
from micrograd_gui.document.notation.jupyter import without_jupyter
from micrograd_gui.document.notation.signs import plain, python_misreads
from micrograd_gui.document.text import LONGEST_EXPRESSION, one_line, spoken, with_point

_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.|In \[\d*\]:| +\.\.\.:)(?: |$)")

_BRACES_AT_MOST = 2_000  # Python's parser takes time by the square of those in a text in quotes
_UNREADABLE = re.compile("[\0\ud800-\udfff]")  # Python's parser takes neither
_BRACKET = re.compile(r"[(\[{)\]}]")
_NAMELESS = {
    "Cc": N_("a control character"),
    "Cs": N_("half of a surrogate pair"),
    "Co": N_("of private use"),
}
_COMMA = re.compile(r"(?<![\w.])\d+(?:,\d+)+(?:[eE][+-]?\d+)?")


class SourceText:
    """A text that was typed or pasted; lines and columns are counted in it as it was given."""

    def __init__(self, text: str) -> None:
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        whole, self._prompts = _without_prompts(text)
        level = textwrap.dedent(whole)  # a cell may be pasted with its indentation
        self.text = level.strip()
        skipped = level[: len(level) - len(level.lstrip())]
        first = next((line for line in whole.split("\n") if line.strip()), "")
        self._lines_before = skipped.count("\n")
        self._column_before = len(first) - len(first.lstrip())
        self._margin = self._column_before - (len(skipped) - skipped.rfind("\n") - 1)
        self._typed = self.text  # the text in the signs that were typed
        self._places: Sequence[int] = range(len(self.text) + 1)  # where each character stands
        self._lines = self.text.split("\n")
        self.passed_over: list[tuple[int, str]] = []  # lines of Jupyter, once the statements are read

    def statements(self) -> list[ast.stmt]:
        """What Python's own parser makes of it; raises ExpressionRefusal."""
        if len(self.text) > LONGEST_EXPRESSION:
            raise ExpressionRefusal(
                tr("The expression is longer than {most} characters.", most=LONGEST_EXPRESSION)
            )
        if not self.text:
            raise ExpressionRefusal(tr("The expression is empty."))
        if self.text.count("{") > _BRACES_AT_MOST:
            raise ExpressionRefusal(
                tr("The expression is full of braces, which are not part of the language.")
            )
        if unreadable := _UNREADABLE.search(self.text):
            place = self._line_and_column(unreadable.start())
            raise self._at(*place, tr("{character} cannot be read", character=_character(unreadable[0])))
        try:
            return self._parsed()
        except SyntaxError as error:
            raise self._syntax(error) from None
        except (RecursionError, MemoryError):
            line, column = self._deepest()
            deep = tr("this is too long or nested too deeply: name its parts, as in e = a*b; L = e*f")
            raise self._at(line, column, deep) from None

    def _line_and_column(self, at: int) -> tuple[int, int]:
        return self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)

    def _deepest(self) -> tuple[int, int]:
        """Where brackets are nested deepest; where there are none, the beginning of the longest line."""
        depth, most, found = 0, 0, -1
        for sign in _BRACKET.finditer(self.text):
            depth += 1 if sign[0] in "([{" else -1
            if depth > most:
                most, found = depth, sign.start()
        if found >= 0:
            return self._line_and_column(found)
        longest = max(range(len(self._lines)), key=lambda line: len(self._lines[line]))
        return longest + 1, 1

    def _parsed(self) -> list[ast.stmt]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's doubts about escapes in labels are none of ours
            try:
                statements = ast.parse(self.text).body
            except SyntaxError:
                as_typed = self.text
                self._read_signs()
                if self.text == as_typed:
                    raise
                return ast.parse(self.text).body
            if python_misreads(self.text):
                self._read_signs()
                return ast.parse(self.text).body
            return statements

    def _read_signs(self) -> None:
        """The text in the signs of the language from here on."""
        pythons, stood, passed = without_jupyter(self._typed)
        self.text, places = plain(pythons)
        self._places = [stood[each] for each in places]
        self.passed_over = [(line + self._lines_before, what) for line, what in passed]
        self._lines = self.text.split("\n")

    def refusal(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        """The sentence, said of that part; of a number with a decimal comma, how it is written."""
        if isinstance(where, (ast.Tuple, ast.Call)):
            sentence = _with_point(self._segment(where)) or sentence
        return self.refusal_as_told(where, sentence)

    def refusal_as_told(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        """The sentence, said of that part of a program: in it a comma is between two things."""
        return self._at(getattr(where, "lineno", 1), self._column(where, "col_offset") + 1, sentence)

    def refuse_decimal_comma(self, statement: ast.stmt) -> None:
        """``L = 2,5*b`` is no list of two for who wrote it; raises ExpressionRefusal."""
        match statement:
            case ast.Assign(targets=[ast.Name()], value=ast.Tuple(elts=parts) as value):
                numbers = all(isinstance(each, ast.Constant) for each in parts)
                found = _COMMA.search(self._segment(value))
                if found and not self._segment(value).startswith("(") and not (numbers and len(parts) > 2):
                    raise self.refusal(value, tr("this is a list"))

    def line_of(self, where: ast.AST) -> int:
        """The line on which that part begins, as it was given."""
        return int(getattr(where, "lineno", 1)) + self._lines_before

    def spoken(self, where: ast.AST) -> str:
        """What is written there, in one short line."""
        return spoken(self._segment(where))

    def quoted(self, where: ast.AST) -> str:
        """The same in quotation marks."""
        return in_quotes(self.spoken(where))

    def in_normal_form(self, statement: ast.stmt) -> str:
        """The statement without comments and superfluous brackets; as it was typed where it is too deep."""
        try:
            return ast.unparse(statement)
        except RecursionError:  # its writer recurses, its parser does not: for 500 terms, too
            return _joined(self._segment(statement))

    def _segment(self, where: ast.AST) -> str:
        """What was typed there."""
        first, last = getattr(where, "lineno", 0), getattr(where, "end_lineno", 0)
        if not first or not last:
            return ""
        start = self._place(first, self._column(where, "col_offset"))
        return self._typed[start : self._place(last, self._column(where, "end_col_offset"))]

    def _column(self, where: ast.AST, end: str) -> int:
        """Characters before that end of it in its line; Python counts bytes."""
        line = getattr(where, "lineno" if end == "col_offset" else "end_lineno", 1)
        offset = getattr(where, end, 0)
        return len(self._lines[line - 1].encode()[:offset].decode(errors="replace"))

    def _place(self, line: int, column: int) -> int:
        """Where in what was typed that column of a line of the text is."""
        before = sum(len(each) + 1 for each in self._lines[: line - 1])
        return self._places[min(before + column, len(self._places) - 1)]

    @property
    def _has_lines(self) -> bool:
        return len(self._lines) + self._lines_before > 1

    def told_of_earlier(self, name: str, refusal: ExpressionRefusal) -> str:
        """What is wrong in a function of this text, as half a sentence for a later one that calls it."""
        if self._has_lines:
            return tr(
                "in {name} of an earlier cell, line {line}, column {column}: {sentence}",
                name=name,
                line=refusal.line,
                column=refusal.column,
                sentence=refusal.found,
            )
        return tr(
            "in {name} of an earlier cell, column {column}: {sentence}",
            name=name,
            column=refusal.column,
            sentence=refusal.found,
        )

    def _at(self, line: int, column: int, sentence: str) -> ExpressionRefusal:
        typed_at = self._place(line, column - 1)
        column = typed_at - (self._typed.rfind("\n", 0, typed_at) + 1) + 1
        column += self._column_before if line == 1 else self._margin
        line += self._lines_before
        column += self._prompts.get(line, 0)
        if self._has_lines:
            said = tr(
                "Line {line}, column {column}: {sentence}.", line=line, column=column, sentence=sentence
            )
        else:
            said = tr("Column {column}: {sentence}.", column=column, sentence=sentence)
        return ExpressionRefusal(said, line, column, sentence)

    def _syntax(self, error: SyntaxError) -> ExpressionRefusal:
        line = min(max(1, error.lineno or 1), len(self._lines))
        here = self._lines[line - 1]
        column = min(max(1, error.offset or 1), len(here) + 1)
        rest = self._typed[self._place(line, column - 1) :].partition("\n")[0].strip()
        if "was never closed" in error.msg:
            sentence = tr("the bracket opened here is never closed")
        elif "too many nested" in error.msg:
            sentence = tr("brackets are nested too deeply here")
        elif "expected an indented block" in error.msg or "unexpected indent" in error.msg:
            column = 1 + len(here) - len(here.lstrip())
            sentence = tr("a statement starts at the beginning of its line")
        elif error.msg.startswith("invalid") and "character" in error.msg and here[column - 1 : column]:
            sentence = tr("{character} cannot be read", character=_character(here[column - 1]))
        elif not rest:
            column, sentence = len(here) + 1, tr("something is missing at the end")
        else:
            sentence = _with_point(here[: column + 1])
            if not sentence:
                return self._meant(error.msg, line, column, rest)
        return self._at(line, column, sentence)

    def _meant(self, why: str, line: int, column: int, rest: str) -> ExpressionRefusal:
        """The refusal of what cannot stand there, with what may be meant."""
        before = sum(len(each) + 1 for each in self._lines[: line - 1])
        meant = instead(self.text, before + column - 1)
        if meant is not None:
            place, sentence = meant
            line, column = self._line_and_column(place)
            return self._at(line, column, sentence)
        if why.startswith("cannot assign to") and "=" in rest:
            return self._at(line, column, tr("left of = stands one name, as in L = a*b"))
        return self._at(line, column, tr("“{rest}” cannot stand here", rest=spoken(rest[:20])))


def _character(sign: str) -> str:
    """The character with its number and its name: many cannot be seen, and many look like another."""
    name = unicodedata.name(sign, "") or _NAMELESS.get(
        unicodedata.category(sign), N_("a character without a name")
    )
    code = f"U+{ord(sign):04X}"
    if sign.isprintable() and not sign.isspace():
        return tr("the character “{sign}” {code} ({name})", sign=sign, code=code, name=tr(name))
    return tr("the character {code} ({name})", code=code, name=tr(name))


def _with_point(text: str) -> str:
    """What to write where a number was given a decimal comma; empty where none was."""
    found = _COMMA.search(text)
    if found is None:
        return ""
    return tr(
        "a number is written with a point: write {number}",
        number=one_line(with_point(found.group()), 60),
    )


@Net("paste", N_("What is on the clipboard"))
def on_one_line(text: str) -> str:
    """The statements of a cell, comments gone, joined with ``; ``: for a field that has one line only.

    A cell that cannot be read, or not so, stays as it is: behind a comment, what follows would be lost.
    """
    if "\n" not in text.strip():
        return text.strip()
    source = SourceText(text)
    try:
        parts = [source.in_normal_form(statement) for statement in source.statements()]
    except ExpressionRefusal:  # it is refused again when it is read, with its line and column
        return text.strip()
    whole = any("\n" in part for part in parts)  # a class or a loop: no line of its own holds it
    return text.strip() if whole else "; ".join(parts)


def _joined(statement: str) -> str:
    """The statement on one line, without comments; as it is where Python cannot tell what is one."""
    import tokenize  # for a long text alone

    pieces: list[str] = []
    row, column = 1, 0
    try:
        for token in tokenize.generate_tokens(StringIO(statement).readline):
            if token.type in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER):
                continue
            apart = " " * (token.start[1] - column if token.start[0] == row else 1)
            pieces.append(apart + token.string)
            row, column = token.end
    except (tokenize.TokenError, SyntaxError):
        return statement
    return "".join(pieces)


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

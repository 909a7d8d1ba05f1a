"""StepCard: the arithmetic of the present moment, large enough for the back row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from math import ceil

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QMimeData, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from micrograd.language import N_, tr
from micrograd_gui.document.text import as_typed, in_order, runs
from micrograd_gui.resource import FAMILY
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import EQUALS, TIMES, Fragment, Line, as_text
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.theme import SMALLEST_PROJECTED, Look, dress

_NBSP = "\u00a0"
_BEFORE_REMARK = f"{_NBSP * 3}("
_LINE = 1.32  # height of a line of text, in its size
_MARGIN, _INDENT = 6, 8  # all round, and at the left on top of that
_AIR = 0.2  # extra space round an equals sign, in the text's size
_LARGEST = 32.0  # of an equation outside of a hall, where the pane has room: at scale 1
_LARGEST_NOTE, _FILLED = 22.0, 0.85  # of a sentence in a hall, and how much of the card it may fill
_HANGING = 1.5  # how far in stands what is broken off, in the text's size
_MUCH = 1.2  # how much larger two lines must be to be better than one

_TIPS = {
    "data": N_("A number of the forward pass: what a node holds at this moment."),
    "grad": N_("A gradient: how many times as much as this node the target moves."),
    "symbol": N_("The name of a node, or of one of its two numbers."),
    "problem": N_("Here the run cannot go on."),
    "+=": N_("Added to what is there: each use of a node brings a share of its gradient."),
}  # of the parts of an equation, by their kind


class StepCard(QTextEdit):
    """Shows what ``explain.card`` says, as large as it fits; read-only, and can be selected and copied.

    Where a line does not fit, all equations shrink, down to a floor; then they break before equals
    signs, then before × too; then the card scrolls. Its size does not depend on what it says, so
    nothing else moves.
    """

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("step_card")
        self.setAccessibleName(tr("Step card"))
        self._bridge = bridge
        self._look, self._low = look, False
        self._lines: tuple[Line, ...] = ()
        self._drawn: tuple[object, ...] = ()
        self._room = self.size()  # of the viewport: to ask for that itself makes PySide load all widgets
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setCursorWidth(0)
        Together(bridge, self).changed.connect(self._on_changed)
        bridge.looked_into.connect(lambda: self._show(bridge.shown))
        self.set_look(look)
        self._show(bridge.state)

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._look = look
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(look.theme.panel))
        palette.setColor(QPalette.ColorRole.Text, QColor(look.theme.text))
        self.setPalette(palette)
        # A style sheet of the window would win over the palette, one of its own wins over that.
        dress(self, f"QTextEdit {{ background: {look.theme.panel}; border: 0; }}")
        # Else the pane's title is painted below each time, for which Qt reads pictures of buttons from files.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFont(look.font(self._size("note")))
        self.document().setDocumentMargin(self._margin)
        self.updateGeometry()
        self._draw()

    def be_low(self, low: bool) -> None:
        """Two lines are enough, or not any more: the others are scrolled to."""
        self._low = low
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for the head, three equations and a sentence, whatever is shown."""
        height = _high(tr("forward")) * (self._px("head") + self._px("note")) + _LINE * 3 * self._px("big")
        return QSize(self._px("big") * 24, round(height) + 2 * self._margin)

    def minimumSizeHint(self) -> QSize:
        """Room for what a second pass says, at the smallest size; on a projector, for three lines of it."""
        rows = 3 if self._look.projector else 2 if self._low else 4
        words = self._px("head") + (0 if self._look.projector else self._px("note"))
        height = _high(tr("forward")) * words + _LINE * rows * self._floor
        return QSize(self._floor * 10, round(height) + 2 * self._margin)

    # What it says ----------------------------------------------------------------------------

    def _on_changed(self, old: State, new: State) -> None:
        self._show(new)

    def _show(self, state: State) -> None:
        lines = card(state, self._bridge.within)
        if lines != self._lines:
            self._lines = lines
            self.setAccessibleDescription(as_text(lines))
            self._draw()

    # How large -------------------------------------------------------------------------------

    def _size(self, kind: str) -> float:
        """The size of a kind of line at scale 1; a projector's is all that its room may hold."""
        if kind == "big":
            return 36.0 if self._look.projector else 24.0
        return {"head": 12.5, "note": 14.0}[kind]

    def _px(self, kind: str) -> int:
        wanted = self._look.px(self._size(kind))
        return max(wanted, self._floor) if self._look.projector else wanted

    @property
    def _floor(self) -> int:
        """On a projector 28 pixels of a screen 1080 high, and in proportion on others."""
        if self._look.projector:
            return ceil(SMALLEST_PROJECTED * self._look.hall_unit - 0.01)
        return self._look.px(15)

    @property
    def _margin(self) -> int:
        return self._look.px(_MARGIN)

    def _largest_fit(self) -> int:
        """The size in pixels at which every equation stands on one line and all lines on the card.

        On a projector an equation takes two lines where it is then much larger: the back row reads that
        sooner than one thin line above an empty half.
        """
        on_one = self._largest_on_one_line()
        if not self._look.projector:
            return on_one
        broken = self._largest_broken()
        return broken if broken > on_one * _MUCH else on_one

    def _largest_on_one_line(self) -> int:
        wanted = self._px("big") if self._look.projector else self._look.px(_LARGEST)
        floor = self._floor
        room = self._room
        indent = self._look.px(_INDENT)
        width, height = room.width() - 2 * self._margin - indent - 2, room.height() - 2 * self._margin
        equations = [line for line in self._lines if line.size == "big"]
        if not equations:
            return wanted
        widest = max(self._width(line, wanted) for line in equations)
        size = min(wanted, int(wanted * width / widest)) if widest > 0 else wanted
        while size > floor and max(self._width(line, size) for line in equations) > width:
            size -= 1
        others = sum(
            self._px(line.size)
            * _high(line.text)
            * max(1, ceil(self._width(line, self._px(line.size)) / max(width, 1)))
            for line in self._lines
            if line.size != "big"
        )
        by_height = int((height - others) / sum(_high(line.text) for line in equations))
        return max(floor, min(size, by_height))

    def _largest_broken(self) -> int:
        """The size at which all lines stand on the card, and each part between equals signs on one line."""
        wanted = self._px("big")
        width = self._room.width() - 2 * self._margin - self._look.px(_INDENT) - 2
        height = self._room.height() - 2 * self._margin
        equations = [
            (self._parts(line, wanted), _high(line.text)) for line in self._lines if line.size == "big"
        ]
        for line in self._lines:
            if line.size != "big":
                size = self._px(line.size)
                rows = max(1, ceil(self._width(line, size) / max(width, 1)))
                height -= round(size * _high(line.text) * rows)
        for size in range(wanted, self._floor, -1):
            shrunk = size / wanted * 1.01  # hinted letters are not quite in proportion
            high = [
                each * _rows([part * shrunk for part in parts], width, size * _HANGING)
                for parts, each in equations
            ]
            if 0 not in high and sum(high) * size <= height:
                return size
        return 0

    def _parts(self, line: Line, size: int) -> list[float]:
        """How wide that line is up to each of its equals signs, and from the last one on."""
        parts: list[list[Fragment]] = [[]]
        for fragment in line.fragments:
            if fragment == EQUALS and parts[-1]:
                parts.append([])
            parts[-1].append(fragment)
        return [self._width(replace(line, fragments=tuple(part)), size) for part in parts]

    def _largest_note(self, size: int) -> int:
        """The size of sentences: on a projected card they take what equations of that size leave."""
        usual, height = self._px("note"), self._room.height() - 2 * self._margin
        if self._look.projector and self._lines:
            for larger in range(min(size, self._look.px(_LARGEST_NOTE)), usual, -2):
                if self._used(size, larger) <= height * _FILLED:
                    return larger
        return usual

    def _used(self, size: int, note: int) -> float:
        """How high the lines are with equations and sentences of those sizes."""
        width = max(self._room.width() - 2 * self._margin - self._look.px(_INDENT), 1)
        used = 0.0
        for line in self._lines:
            pixels = {"big": size, "note": note}.get(line.size) or self._px(line.size)
            rows = ceil(max(1.0, self._width(line, pixels)) / width)
            if line.size == "big":
                rows = _rows(self._parts(line, pixels), width, pixels * _HANGING) or rows
            used += pixels * (_high(line.text) + 0.12) * rows
        return used

    def _air(self, size: int, note: int) -> float:
        """What a projected card has left of its height goes between its lines, so that no half is empty."""
        if not self._look.projector or not self._lines:
            return 0.0
        left = self._room.height() - 2 * self._margin - self._used(size, note)
        return max(0.0, min(left / (len(self._lines) + 1), size * 0.6))

    def _width(self, line: Line, size: int) -> float:
        return sum(
            _advance(each.text, size, each.strong) + (len(each.text) * _AIR * size if each == EQUALS else 0.0)
            for each in line.fragments
        )

    # Drawing ---------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Text goes with the size."""
        self._room = event.size()
        super().resizeEvent(event)
        self._draw()

    def event(self, event: QEvent) -> bool:
        """Ctrl+C is the window's (it copies nodes), but for text selected here. The ground is its own."""
        if event.type() == QEvent.Type.Paint and isinstance(event, QPaintEvent):
            painter = QPainter(self)
            painter.setBackground(QColor(self._look.theme.panel))
            painter.eraseRect(event.rect())
            painter.end()
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(
                event.matches(QKeySequence.StandardKey.Copy) and self.textCursor().hasSelection()
            )
            return True
        return super().event(event)

    def _draw(self) -> None:
        size = self._largest_fit()
        drawn = (self._lines, size, self._look, self._room)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        note = self._largest_note(size)
        air = self._air(size, note)
        room = self._room.width() - 2 * self._margin - self._look.px(_INDENT)
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()  # clear() lays out at once: a scroll bar may go, and we be called again
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        for number, line in enumerate(self._lines):
            pixels = {"big": size, "note": note}.get(line.size) or self._px(line.size)
            block = QTextBlockFormat()
            block.setTopMargin(pixels * 0.12 + air if number else air / 2)
            block.setLeftMargin(self._look.px(_INDENT))
            if line.size == "big":  # what is broken off hangs below the first part
                block.setLeftMargin(self._look.px(_INDENT) + pixels * _HANGING)
                block.setTextIndent(-pixels * _HANGING)
            if number == 0:
                cursor.setBlockFormat(block)
            else:
                cursor.insertBlock(block)
            wide, part = self._parts(line, pixels) if line.size == "big" else [0.0], 0
            for at, fragment in enumerate(self._fragments_of(line)):
                form = self._format(line, fragment, pixels)
                part += line.size == "big" and fragment == EQUALS and at > 0
                for text, lower in runs(self._unbroken(line, fragment, narrow=wide[part] > room)):
                    cursor.insertText(in_order(text), _below(form) if lower else form)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)  # where it scrolls, it begins with the head

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is copied has no marks of direction: it may be pasted into a program."""
        data = super().createMimeDataFromSelection()
        data.setText(as_typed(data.text()))
        return data

    def _fragments_of(self, line: Line) -> tuple[Fragment, ...]:
        """All of the line; of a head that needs two rows not the moment, which the status bar has too."""
        room = self._room.width() - 2 * self._margin - self._look.px(_INDENT)
        if line.size == "head" and self._width(line, self._px("head")) > room:
            return tuple(each for each in line.fragments if not each.text.startswith("   ·   "))
        return line.fragments

    @staticmethod
    def _unbroken(line: Line, fragment: Fragment, *, narrow: bool) -> str:
        """Equations break nowhere but before an equals sign, or before a remark in parentheses.

        Where that is too narrow for one, it breaks before each sign of a product, too. Copied text has
        ordinary spaces again.
        """
        if line.size != "big":
            return fragment.text
        if fragment == EQUALS:
            return f" ={_NBSP}"
        if fragment == TIMES and narrow:
            return f" ×{_NBSP}"
        return fragment.text.replace(" ", _NBSP).replace(_BEFORE_REMARK, f"{_NBSP}{_NBSP} (")

    def _format(self, line: Line, fragment: Fragment, pixels: int) -> QTextCharFormat:
        theme = self._look.theme
        colours = {"data": theme.data, "grad": theme.grad, "problem": theme.bad}
        colour = colours.get(fragment.kind, theme.text)
        quiet = ("operator", "plain") if line.size == "head" else ("operator",) if fragment.strong else ()
        if fragment.kind in quiet:
            colour = theme.muted
        air = _AIR * pixels if fragment == EQUALS and line.size == "big" else 0.0
        tip = _TIPS.get("+=" if fragment.text.strip() == "+=" else fragment.kind, "")
        tip = tr(tip) if tip and line.size == "big" else ""
        return _char_format(pixels, fragment.strong, colour, air, tip)


def _rows(parts: Sequence[float], width: float, hanging: float) -> int:
    """How many rows parts of those widths fill, the first one wider than the others; 0: one does not fit."""
    rows, left = 1, width
    for number, part in enumerate(parts):
        if number and part > left:
            rows, left = rows + 1, width - hanging
        if part > left:
            return 0
        left -= part
    return rows


@cache
def _font(size: int, strong: bool) -> QFont:
    font = QFont(FAMILY)
    font.setPixelSize(size)
    font.setBold(strong)
    return font


@lru_cache(maxsize=512)
def _high(text: str) -> float:
    """How high a line of that text is, in its size: other scripts reach further than ours."""
    if text.isascii():
        return _LINE
    metrics = QFontMetrics(_font(100, strong=False))
    return _LINE + max(0, metrics.boundingRect(text).height() - metrics.height()) / 100


@lru_cache(maxsize=256)
def _char_format(size: int, strong: bool, colour: str, air: float, tip: str) -> QTextCharFormat:
    """The form of a few letters, with so many pixels of air after each; made once, for many moments."""
    form = QTextCharFormat()
    form.setFont(_font(size, strong))
    form.setForeground(QColor(colour))
    if tip:
        form.setToolTip(tip)
    if air:
        form.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        form.setFontLetterSpacing(air)
    return form


def _below(form: QTextCharFormat) -> QTextCharFormat:
    """The same for an index."""
    lower = QTextCharFormat(form)
    lower.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSubScript)
    return lower


@lru_cache(maxsize=4096)
def _advance(text: str, size: int, strong: bool) -> float:
    """How wide that text is; the same words and signs come again and again."""
    return _metrics(size, strong).horizontalAdvance(text)


@cache
def _metrics(size: int, strong: bool) -> QFontMetricsF:
    return QFontMetricsF(_font(size, strong))

"""Cells: what was pasted, cell by cell, with what each printed, passed over, and did by hand."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from micrograd.language import N_, again, tr, trn
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python.pasted import ByHand, PastedCell
from micrograd_gui.document.text import told_apart, written
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.hands import from_left
from micrograd_gui.views.theme import MONO, Look, dress

_NONE = N_(
    "No cell was pasted yet. Cells of a notebook paste one after the other with Ctrl+V: functions, classes, "
    "loops and lists are walked through, and what they print stands here."
)
_SHOWN = 30  # cells, the last ones
_LINES = 60  # of a cell and of what it prints; of more the first and the last
_VERDICTS = {True: N_("✓ right"), False: N_("✗ wrong"), None: "–"}


class CellsPane(QTextBrowser):
    """The cells of the document as it is shown, the last one below; a reader can select and copy."""

    SHARE = 0.4  # of the height of the window, where it stands below the plot

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cells")
        self.setAccessibleName(tr("Pasted cells"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        from_left(self.document())
        self._bridge = bridge
        self._look = look
        self._known: object = self
        self._last, self._stood = "", 0  # the anchor of the last cell, and where that was scrolled to
        Together(bridge, self).changed.connect(lambda _old, new: self._show(new))
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self._look = look
        self.setFont(look.font(13))
        dress(self, f"QTextBrowser {{ background: {look.theme.panel}; color: {look.theme.text}; }}")
        self._known = self
        self._show(self._bridge.shown)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show(self._bridge.shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The last cell stays in view, unless the reader went elsewhere."""
        stands = self.verticalScrollBar().value() == self._stood
        super().resizeEvent(event)
        if stands:
            self._scroll()

    def _scroll(self) -> None:
        self.scrollToAnchor(self._last)
        self._stood = self.verticalScrollBar().value()

    def _show(self, state: State) -> None:
        known = state.graph.workspace
        if known is self._known or not self.isVisible():
            return
        self._known = known
        cells = getattr(known, "cells", ())
        parts = [self._cell(cell, at, state.graph) for at, cell in list(enumerate(cells, 1))[-_SHOWN:]]
        self.setHtml("".join(parts) or f"<p>{escape(tr(_NONE))}</p>")
        self._last = str(len(cells))
        self._scroll()

    def _cell(self, cell: PastedCell, number: int, graph: Graph) -> str:
        theme = self._look.theme
        pre = f"white-space: pre-wrap; font-family: {MONO}; margin: 0"
        head = f"color: {theme.muted}; margin-top: 10px; margin-bottom: 2px"
        parts = [
            f"<p style='{head}'><a name='{number}'>In [{number}]</a></p>",
            f"<pre style='{pre}; color: {theme.muted}'>{escape(_shortened(cell.text.strip()))}</pre>",
        ]
        parts += [f"<p style='margin: 4px 0'>{escape(again(note))}</p>" for note in cell.notes]
        if cell.printed.strip():
            parts.append(f"<pre style='{pre}'><b>{escape(_shortened(cell.printed.rstrip()))}</b></pre>")
        if cell.by_hand:
            rows = "".join(self._row(row, graph) for row in cell.by_hand)
            heads = "".join(
                f"<td style='color: {theme.muted}; padding-right: 12px'>{head}</td>"
                for head in (tr("line"), tr("by hand"), tr("node"), tr("gives"), tr("the rule"), "")
            )
            parts.append(f"<table style='margin: 4px 0'><tr>{heads}</tr>{rows}</table>")
        if cell.passed_over:
            passed = "; ".join(
                tr("line {line}: {what}", line=line, what=escape(again(what)))
                for line, what in cell.passed_over
            )
            said = tr("Passed over: {passed}", passed=passed)
            parts.append(f"<p style='color: {theme.muted}; margin: 4px 0'>{said}</p>")
        return "".join(parts)

    def _row(self, row: ByHand, graph: Graph) -> str:
        node = None if row.node is None else graph.nodes.get(row.node)
        name = "" if node is None else node.spoken
        own, rule = (written(row.own), "") if row.rule is None else told_apart((row.own, row.rule))
        if row.kind == "_backward":
            own = tr("acts with {grad}", grad=own)  # the grad that it hands on: nothing is given to the node
        verdict = tr(_VERDICTS[row.right])
        told = verdict if row.right is not False else f"<b>{verdict}</b>"
        fields = (str(row.line), escape(row.told), escape(name), own, rule)
        cells = "".join(f"<td style='padding-right: 12px'>{each}</td>" for each in fields)
        return f"<tr>{cells}<td>{told}</td></tr>"


def _shortened(text: str) -> str:
    lines = text.split("\n")
    if len(lines) <= _LINES:
        return text
    half = _LINES // 2
    left_out = trn("… {n} line more …", "… {n} lines more …", len(lines) - 2 * half)
    return "\n".join([*lines[:half], left_out, *lines[-half:]])

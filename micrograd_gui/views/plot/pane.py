"""PlotPane: curves of the graph, drawn by matplotlib."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, joined, tr, trc
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.text import MINUS, as_shown, exact, read_number
from micrograd_gui.files.atomic import write_whole
from micrograd_gui.session.state import State
from micrograd_gui.views.background import later
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.plot.kinds.table import KINDS
from micrograd_gui.views.plot.model import PlotKind
from micrograd_gui.views.plot.view import PlotView
from micrograd_gui.views.screen_reader.roles import name_choice
from micrograd_gui.views.theme import BUTTON_AIR, Look

_UPPER, _LOWER = 600, 400  # how two plots share the height
SAVED_AS = {".svg": "SVG", ".pdf": "PDF", ".png": "PNG", ".csv": N_("numbers as CSV")}
_SELECTED = N_("selected")
_NAME_LENGTH = 7  # signs of the name of a leaf, at least
_ROOM_FOR_TWO = 330  # pixels at text scale 1: a lower pane has no room for the loss below another plot


class _Beside(QWidget):
    """What stands beside the kinds, each where it applies: the log, the loss below, the span of a sweep."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.log = _button("plot_log", tr("log"), tr("Show the numbers by their size: each line of the grid "
                           "is ten times the one below it."), self)  # fmt: skip
        self.with_loss = _button("plot_with_loss", tr("+ loss"), tr("The loss below the plot."), self)
        self.with_loss.setChecked(True)
        self.fields = self.start, self.end = QLineEdit(self), QLineEdit(self)
        said = tr("Sweep from"), tr("Sweep to")
        for field, name, aloud in zip(self.fields, ("from", "to"), said, strict=True):
            field.setObjectName(f"plot_{name}")
            field.setAccessibleName(aloud)
            field.setToolTip(tr("The span over which the node is swept. Return sets it."))
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.span = self.start, QLabel(trc("between two numbers", "to"), self), self.end
        self.all: tuple[QWidget, ...] = (self.log, self.with_loss, *self.span)
        for widget in self.all:
            widget.hide()
            self.row.addWidget(widget)

    def set_look(self, look: Look) -> None:
        """Draw at this size from now on."""
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(look.px(4))
        for widget in self.all:
            widget.setFont(look.font(12))
        for field in self.fields:
            field.setMaximumWidth(look.px(74))
            field.setMinimumWidth(look.px(40))


class PlotPane(QWidget):
    """A row of buttons, one per kind of plot, and the plot; matplotlib comes in by another thread.

    A graph that learns has its loss below every other kind of plot (``below``, there once it is seen).
    """

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plot")
        self.setAccessibleName(tr("Plot"))
        self._bridge = bridge
        self._look = look
        self._kinds: dict[str, PlotKind] = {}
        self._painted = False
        self.view = PlotView(bridge, self._kind(next(iter(KINDS))), look)
        self.view.refreshed.connect(self._show_span)
        self.view.refreshed.connect(self._show_leaves)
        self.below: PlotView | None = None
        self._both = QSplitter(Qt.Orientation.Vertical, self)
        self._both.setChildrenCollapsible(False)
        self._both.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._row = QHBoxLayout()
        layout.addLayout(self._row)
        self._fill_row()
        layout.addWidget(self._both, 1)
        bridge.changed.connect(self._on_changed)
        self.set_look(look)

    def _fill_row(self) -> None:
        self._choice = QComboBox(self)  # in place of the buttons, where they have no room
        self._choice.setObjectName("plot_kind")
        name_choice(self._choice, tr("Kind of plot"))
        for kind in KINDS.values():
            self._choice.addItem(tr(kind.text), kind.name)
        self._choice.activated.connect(lambda _: self.show_kind(self._choice.currentData()))
        self._row.addWidget(self._choice)
        self._row.addStretch(1)
        self._buttons: tuple[QToolButton, ...] = ()  # there once they have room
        self._beside: _Beside | None = None  # there once any of it applies
        self._leaves: tuple[QComboBox, ...] = ()  # there once a kind is drawn over two of them

    def _make_buttons(self) -> tuple[QToolButton, ...]:
        """A button for each kind, in the row."""
        group, made = QButtonGroup(self), []
        for at, kind in enumerate(KINDS.values(), 1):
            button = _button(f"plot_{kind.name}", tr(kind.text), tr(kind.tip), self)
            button.setChecked(kind.name == self.kind)
            button.setFont(self._look.font(12))
            button.clicked.connect(partial(self.show_kind, kind.name))
            group.addButton(button)
            self._row.insertWidget(at, button)
            made.append(button)
        return tuple(made)

    def _ensure_beside(self) -> _Beside:
        """What stands beside the kinds; made when it first applies."""
        if self._beside is None:
            self._beside = made = _Beside(self)
            made.set_look(self._look)
            made.log.setChecked(self.view.kind.log)
            made.log.toggled.connect(self._set_log)
            made.with_loss.toggled.connect(lambda _: self._show_below())
            for field in made.fields:
                field.editingFinished.connect(self._span_edited)
            self._row.insertWidget(self._row.count() - len(self._leaves), made)
        return self._beside

    def _ensure_below(self) -> PlotView:
        """The loss below another plot; made when it is first seen."""
        if self.below is None:
            self.below = PlotView(self._bridge, self._kind("loss"), self._look)
            self._both.addWidget(self.below)
            self._both.setStretchFactor(0, 3)
            self._both.setStretchFactor(1, 2)
            self._both.setSizes([_UPPER, _LOWER])
            if self._painted:
                self.below.say_that_it_comes()
            if self.view.awake:
                self.below.wake()
        return self.below

    def _make_leaves(self) -> tuple[QComboBox, ...]:
        """Where two leaves are chosen, in the row."""
        boxes = QComboBox(self), QComboBox(self)
        names = (
            (
                "across",
                tr("Leaf across"),
                tr("Across: the leaf that is drawn over. “selected” follows the selection."),
            ),
            (
                "upward",
                tr("Leaf upward"),
                tr("Upward: the leaf that is drawn over. “selected” follows the selection."),
            ),
        )
        for box, (name, aloud, tip) in zip(boxes, names, strict=True):
            box.setObjectName(f"plot_{name}")
            name_choice(box, aloud)
            box.setToolTip(tip)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(_NAME_LENGTH)
            box.setFont(self._look.font(12))
            box.activated.connect(lambda _: self._choose_leaves())
            self._row.addWidget(box)
        return boxes

    # What others ask for ---------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """The name of the kind that is shown."""
        return self.view.kind.name

    def knows(self, name: str) -> bool:
        """Whether there is a kind of plot of that name."""
        return name in KINDS

    def offers(self, name: str, state: State) -> bool:
        """Whether that kind of plot has anything to show of the State."""
        return not self._kind(name).why_empty(state)

    def _kind(self, name: str) -> PlotKind:
        """That kind of plot; made when it is first asked for."""
        if name not in self._kinds:
            self._kinds[name] = KINDS[name].make()
        return self._kinds[name]

    def show_kind(self, name: str, *_: object) -> None:
        """Show that kind of plot, by a name in the table of kinds: "sweep", "loss", …"""
        kind = self._kind(name)
        for button in self._buttons:
            button.setChecked(button.objectName() == f"plot_{name}")
        self._choice.setCurrentIndex(self._choice.findData(name))
        if kind is not self.view.kind:
            self.view.show_kind(kind)
            if self._beside is not None:
                self._beside.log.setChecked(kind.log)
            self._show_span()
            self._show_leaves()
            self._show_below()
            self._show_kinds()

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._look = look
        margin = look.px(6)
        self._row.setContentsMargins(margin, look.px(4), margin, look.px(2))
        self._row.setSpacing(look.px(4))
        self.setAutoFillBackground(True)
        self.setMinimumWidth(look.px(200))
        for widget in (self._choice, *self._buttons, *self._leaves):
            widget.setFont(look.font(12))  # with a style sheet, none has that of its parent
        if self._beside is not None:
            self._beside.set_look(look)
        self._show_span()
        self._show_leaves()
        for view in (self.view, self.below):
            if view is not None:
                view.set_look(look)
        self._show_below()

    def save(self, path: Path | str) -> None:
        """Write the plot to an .svg, .pdf or .png, or its numbers to a .csv, or nothing; raises Refusal."""
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SAVED_AS:
            what = path.suffix or path.name
            formats = joined([*SAVED_AS], "or")
            raise FileRefusal(
                tr("A plot is saved as {formats}, not as “{what}”.", formats=formats, what=what)
            )
        view = self.view
        view.refresh(whatever=True)
        if view.static is None or view.surface is None:
            raise Refusal(view.words.text())
        if suffix == ".csv":
            from micrograd_gui.views.plot.numbers import as_csv  # it brings numpy

            write_whole(path, as_csv(view.static, view.items).encode())
        else:
            write_whole(path, view.surface.picture(suffix[1:]))

    # When it is drawn ------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """After the first one matplotlib is loaded."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            later(self, self._load)

    def _load(self) -> None:
        from micrograd_gui.views.plot.view import load_then

        for view in (self.view, self.below):
            if view is not None:
                view.say_that_it_comes()
        load_then(self._wake, self)

    def _wake(self) -> None:
        for view in (self.view, self.below):
            if view is not None:
                view.wake()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Buttons and plots that have no room go."""
        super().resizeEvent(event)
        self._show_kinds()
        self._show_below()

    def _on_changed(self, old: State, new: State) -> None:
        if (old.graph.data is None) != (new.graph.data is None):
            self._show_below()

    def _show_kinds(self) -> None:
        """All kinds side by side; where that is too wide, one under the other in a list."""
        if not self._buttons and self._least_width() <= self.width():
            self._buttons = self._make_buttons()
        beside = (*(() if self._beside is None else self._beside.all), *self._leaves)
        wide = sum(each.sizeHint().width() for each in self._buttons) + self._gaps()
        # A field wishes for more than it may have, and a gap stands before each widget of the row.
        widths = [min(each.sizeHint().width(), each.maximumWidth()) for each in beside if not each.isHidden()]
        wide += sum(widths) + self._look.px(4 * len(widths))
        narrow, projecting = not self._buttons or wide > self.width(), self._look.projector
        self._choice.setVisible(narrow and not projecting)
        for button in self._buttons:
            button.setVisible(not narrow and not projecting)

    def _least_width(self) -> float:
        """Pixels that buttons of all kinds need at least."""
        text = "".join(tr(kind.text) for kind in KINDS.values())
        width = QFontMetrics(self._choice.font()).horizontalAdvance(text)
        return width + len(KINDS) * 2 * self._look.px(BUTTON_AIR) + self._gaps()

    def _gaps(self) -> int:
        """Pixels between the buttons of all kinds, and around them."""
        return self._look.px(4 * len(KINDS) + 20)

    def _show_below(self) -> None:
        offered = self._bridge.state.graph.data is not None and self.kind != "loss"
        if not offered and self._beside is None:
            return
        with_loss = self._ensure_beside().with_loss
        with_loss.setVisible(offered and not self._look.projector)
        room = self.height() >= _ROOM_FOR_TWO * self._look.scale * (0.6 if self._look.projector else 1.0)
        if shown := offered and with_loss.isChecked() and room:
            self._ensure_below()
        if self.below is not None:
            self.below.setVisible(shown)

    def _set_log(self, log: bool) -> None:
        kind = self.view.kind
        if kind.has_log and kind.log != log:
            kind.log = log
            self.view.again()

    # Two leaves ------------------------------------------------------------------------------

    def _show_leaves(self) -> None:
        """What there is to choose from, and what was chosen; written anew only where it differs."""
        pair = self.view.kind.pair
        if pair is not None and not self._leaves:
            self._leaves = self._make_leaves()
        for box in self._leaves:
            box.setVisible(pair is not None and not self._look.projector)
        if pair is None:
            return
        nodes = self._bridge.state.graph.nodes
        offered = [
            (tr(_SELECTED), None),
            *((as_shown(nodes[each].name), each) for each in pair.offered(self._bridge.state)),
        ]
        for box, chosen in zip(self._leaves, pair.chosen, strict=True):
            if [(box.itemText(at), box.itemData(at)) for at in range(box.count())] != offered:
                box.clear()
                for text, leaf in offered:
                    box.addItem(text, leaf)
            box.setCurrentIndex(max(0, box.findData(chosen)) if chosen is not None else 0)

    def _choose_leaves(self) -> None:
        pair = self.view.kind.pair
        if pair is not None:
            across, upward = (box.currentData() for box in self._leaves)
            pair.chosen = across, upward
            self.view.again()

    # The span --------------------------------------------------------------------------------

    def _show_span(self) -> None:
        kind = self.view.kind
        static = self.view.static if kind.has_span else None
        if self._beside is not None or kind.has_log or static is not None:
            beside = self._ensure_beside()
            beside.log.setVisible(kind.has_log and not self._look.projector)
            for widget in beside.span:
                widget.setVisible(static is not None and not self._look.projector)
        self._show_kinds()  # what stands beside the buttons takes their room
        if static is None:
            return
        for field, number in zip(self._ensure_beside().fields, static.x_span, strict=True):
            if not field.hasFocus() or not field.isModified():
                field.setText(exact(number).replace("-", MINUS))
                field.setCursorPosition(0)

    def _span_edited(self) -> None:
        static, fields = self.view.static, self._ensure_beside().fields
        if static is None or static.subject is None or not any(field.isModified() for field in fields):
            return
        self._bridge.attempt(self._set_span, static.subject)
        for field in fields:
            field.setModified(False)
        self._show_span()  # what was refused is not left standing

    def _set_span(self, subject: int) -> None:
        names = tr("The start of the sweep"), tr("The end of the sweep")
        low, high = (
            read_number(field.text(), name)
            for field, name in zip(self._ensure_beside().fields, names, strict=True)
        )
        self._bridge.session.set_range(subject, (low, high))


def _button(name: str, text: str, tip: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setText(text)
    button.setToolTip(tip)
    button.setStatusTip(tip.partition("\n")[0])
    button.setObjectName(name)
    button.setCheckable(True)
    return button

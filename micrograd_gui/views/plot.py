"""PlotPane: curves of the graph, drawn by matplotlib."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.numbers import MINUS, exact, read_number
from micrograd_gui.services.atomic import write_whole
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.plot_activation import ActivationPlot
from micrograd_gui.views.plot_picture import Mark, PlotKind, Still
from micrograd_gui.views.plot_sweep import SweepPlot
from micrograd_gui.views.theme import Mood

if TYPE_CHECKING:
    from micrograd_gui.views.plot_surface import PlotSurface

KINDS: tuple[type[PlotKind], ...] = (SweepPlot, ActivationPlot)
SUFFIXES = (".svg", ".png")


class PlotPane(QWidget):
    """A row of buttons, one per kind of plot, and the plot; matplotlib comes in after the first paint."""

    def __init__(self, bridge: Bridge, mood: Mood, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plot")
        self.setAccessibleName("Plot")
        self._bridge = bridge
        self._mood = mood
        self._kinds = {kind.name: kind for kind in (make() for make in KINDS)}
        self._kind = next(iter(self._kinds.values()))
        self._surface: PlotSurface | None = None
        self._still: Still | None = None
        self._marks: tuple[Mark, ...] = ()
        self._painted = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._refresh)

        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setMinimumSize(1, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._make_row())
        layout.addWidget(self._stack, 1)
        bridge.changed.connect(self._on_changed)
        self.set_mood(mood)

    def _make_row(self) -> QHBoxLayout:
        self._row = QHBoxLayout()
        self._buttons = QButtonGroup(self)
        for kind in self._kinds.values():
            button = QToolButton()
            button.setText(kind.text)
            button.setToolTip(kind.tip)
            button.setStatusTip(kind.tip)
            button.setObjectName(f"plot_{kind.name}")
            button.setCheckable(True)
            button.setChecked(kind is self._kind)
            button.clicked.connect(partial(self.show_kind, kind.name))
            self._buttons.addButton(button)
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._from, self._to = QLineEdit(), QLineEdit()
        self._between = QLabel("to")
        for field, name in ((self._from, "from"), (self._to, "to")):
            field.setObjectName(f"plot_{name}")
            field.setAccessibleName(f"Sweep {name}")
            field.setToolTip("The span over which the node is swept. Return sets it.")
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            field.editingFinished.connect(self._span_edited)
        for widget in (self._from, self._between, self._to):
            self._row.addWidget(widget)
        return self._row

    # What others ask for ---------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """The name of the kind that is shown."""
        return self._kind.name

    def show_kind(self, name: str, *_: object) -> None:
        """Show that kind of plot: "sweep" or "activation"."""
        kind = self._kinds[name]
        for button in self._buttons.buttons():
            button.setChecked(button.objectName() == f"plot_{name}")
        if kind is not self._kind:
            self._kind, self._still = kind, None
            self._show_span()
            self._later.start()

    def set_mood(self, mood: Mood) -> None:
        """Draw with these colours and at this size from now on."""
        self._mood = mood
        margin = mood.px(6)
        self._row.setContentsMargins(margin, mood.px(4), margin, mood.px(2))
        self._row.setSpacing(mood.px(4))
        self._words.setMargin(mood.px(16))
        size = max(mood.px(14), 28) if mood.projector else mood.px(14)
        self._words.setStyleSheet(f"color: {mood.theme.muted}; font-size: {size}px")
        self.setAutoFillBackground(True)
        for widget in (*self._buttons.buttons(), self._from, self._between, self._to):
            widget.setFont(mood.font(12))
            widget.setVisible(not mood.projector)
        for field in (self._from, self._to):
            field.setMaximumWidth(mood.px(74))
            field.setMinimumWidth(mood.px(40))
        self._show_span()
        if self._surface is not None:
            self._surface.set_mood(mood)

    def save(self, path: Path | str) -> None:
        """Write the plot to an .svg or .png file, whole or not at all; raises Refusal."""
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise FileRefusal(f"A plot is saved as .svg or .png, not as “{path.suffix or path.name}”.")
        self._later.stop()
        self._refresh(whatever=True)
        if self._still is None or self._surface is None:
            raise Refusal(self._kind.missing(self._bridge.state))
        write_whole(path, self._surface.picture(suffix[1:]))

    # When it is drawn ------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:  # the window has been seen: now matplotlib may take its time
            self._painted = True
            self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._painted:
            self._later.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()

    def _on_changed(self, old: State, new: State) -> None:
        if not (self._painted and self.isVisible()):
            return
        if self._still is None or self._kind.missing(new) or not self._kind.fits(self._still, new):
            self._later.start()  # several changes before the next turn of the event loop are drawn once
        else:
            self._show_live(new)

    def _show_live(self, state: State) -> None:
        assert self._still is not None
        assert self._surface is not None
        marks = self._kind.update(state, self._still)
        if marks != self._marks:
            self._marks = marks
            self._surface.show_plot(self._still, marks)

    def _refresh(self, *, whatever: bool = False) -> None:
        """Bring the plot up to date: the still part too, where it does not hold any more."""
        if not (self.isVisible() or whatever):
            return
        state, kind = self._bridge.state, self._kind
        words = kind.missing(state)
        if words:
            self._still = None
            self._words.setText(words)
            self._stack.setCurrentWidget(self._words)
        else:
            if self._surface is None:
                self._surface = self._make_surface()
            if self._still is None or not kind.fits(self._still, state):
                self._still = kind.build(state, self._still)
                self._marks = kind.update(state, self._still)
                self._surface.show_plot(self._still, self._marks)
            else:
                self._show_live(state)
            self._stack.setCurrentWidget(self._surface)
        self._show_span()

    def _make_surface(self) -> PlotSurface:
        from micrograd_gui.views.plot_surface import PlotSurface

        surface = PlotSurface(self._mood, self._stack)
        surface.setAccessibleName("Plot")
        self._stack.addWidget(surface)
        return surface

    # The span --------------------------------------------------------------------------------

    def _show_span(self) -> None:
        still = self._still if self._kind.has_span else None
        for widget in (self._from, self._between, self._to):
            widget.setVisible(still is not None and not self._mood.projector)
        if still is None:
            return
        for field, number in zip((self._from, self._to), still.x_span, strict=True):
            if not field.hasFocus() or not field.isModified():
                field.setText(exact(number).replace("-", MINUS))
                field.setCursorPosition(0)

    def _span_edited(self) -> None:
        still = self._still
        if still is None or still.subject is None or not (self._from.isModified() or self._to.isModified()):
            return
        self._bridge.attempt(self._set_span, still.subject)
        for field in (self._from, self._to):
            field.setModified(False)
        self._show_span()  # what was refused is not left standing

    def _set_span(self, subject: int) -> None:
        low, high = (
            read_number(field.text(), f"The {name} of the sweep")
            for field, name in ((self._from, "start"), (self._to, "end"))
        )
        self._bridge.session.set_range(subject, (low, high))

"""OfRows: a line below the canvas that says what the gradients on it are of, and lets that be chosen."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QFontMetrics
from PySide6.QtWidgets import QMenu, QPushButton, QStyleOptionButton, QWidget

from micrograd.language import N_, tr
from micrograd_gui.document.data import GradientsOf, TrainingPlan
from micrograd_gui.session.explain.of_rows import gradients_are_of, row_in_words, rows_in_words
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.theme import Look, dress

_MARK = "  ▾"
_CHOICES: dict[GradientsOf, str] = {"rows": N_("Learn from the rows"), "row": N_("Learn from this row alone")}
TIP = N_(
    "Update, Train one step and Train all move the parameters by these gradients: "
    "of all rows, or of the row alone that the graph shows. Press to choose."
)


class OfRows(QPushButton):
    """What the gradients are of, as long as there is room for the words; pressed, it offers the choice.

    ``height_wanted`` is how many pixels it needs below the canvas.
    """

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._texts: tuple[str, ...] = ("",)
        self.setObjectName("gradients_of")
        self.setToolTip(tr(TIP))
        menu = QMenu(self)
        group = QActionGroup(menu)
        for of, text in _CHOICES.items():
            action = menu.addAction(tr(text))
            action.setObjectName(f"gradients_of_{of}")
            action.setCheckable(True)
            action.triggered.connect(partial(self._choose, of))
            group.addAction(action)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.set_look(look)

    @property
    def height_wanted(self) -> int:
        """Pixels below the canvas."""
        return self._look.px(28)

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._look = look
        theme = look.theme
        self.setFont(look.font(13))
        dress(
            self,
            f"QPushButton {{ background: {theme.panel}; color: {theme.text}; border: 0; border-radius: 0;"
            f" border-top: 1px solid {theme.frame}; text-align: left; padding: 0 {look.px(8)}px }}"
            f"QPushButton:focus {{ border-top: 2px solid {theme.accent} }}",
        )
        self._write()

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        """As a button without a menu: the words end with a mark of their own, and begin where others do."""
        super().initStyleOption(option)
        option.features &= ~QStyleOptionButton.ButtonFeature.HasMenu

    def show_state(self, state: State) -> None:
        """The words for that moment; hidden where the graph has not several rows."""
        said = gradients_are_of(state.graph, state.trace, state.cursor)
        self.setVisible(bool(said))
        if said and self._texts != (said.long, said.brief):
            self._texts = said.long, said.brief
            self._write()

    def lay_out(self, width: int, bottom: int) -> None:
        """Over the whole breadth of the canvas, down to that pixel."""
        self.setGeometry(0, bottom - self.height_wanted, width, self.height_wanted)
        self._write()

    def _fill(self) -> None:
        """The choices in numbers, and which one holds."""
        graph = self._bridge.state.graph
        plan = graph.plan or TrainingPlan()
        rows = rows_in_words(graph.planned(replace(plan, gradients_of="rows")))
        texts = (
            tr("Learn from the {rows}", rows=rows),
            tr("Learn from {row} alone", row=row_in_words(graph)),
        )
        for action, text, of in zip(self.menu().actions(), texts, _CHOICES, strict=True):
            action.setText(text)
            action.setChecked(plan.gradients_of == of)

    def _write(self) -> None:
        """The longest words that there is room for; where there is none for the briefest, as much of them."""
        room, metrics = self.width() - self._look.px(16), QFontMetrics(self.font())
        text = next(
            (each for each in self._texts if metrics.horizontalAdvance(each + _MARK) <= room), self._texts[-1]
        )
        least = room
        while metrics.horizontalAdvance(text + _MARK) > room and least > 0:
            least -= 4
            text = metrics.elidedText(self._texts[-1], Qt.TextElideMode.ElideRight, least)
        if self.text() != text + _MARK:
            self.setText(text + _MARK)
        self.setAccessibleName(self._texts[0])
        self.setToolTip(tr(TIP) if text in self._texts else f"{self._texts[0]}\n{tr(TIP)}")

    def _choose(self, of: GradientsOf) -> None:
        self._bridge.attempt(self._bridge.session.set_plan, gradients_of=of)

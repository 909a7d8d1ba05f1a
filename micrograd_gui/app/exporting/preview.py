"""Preview: what the file will be, at true size, drawn behind the window; what is old never looks current."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QBrush, QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import tr, trn
from micrograd_gui.app.context import Context
from micrograd_gui.app.exporting.picturing import Glimpse, Reel, Screen, glimpse_of, reel_of
from micrograd_gui.app.exporting.request import ExportRequest
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import as_shown
from micrograd_gui.export.formats import Form
from micrograd_gui.views.background import Newest
from micrograd_gui.views.hands import from_left
from micrograd_gui.views.screen_reader.roles import tell_as
from micrograd_gui.views.theme import Theme

AT_ONCE = 2_000  # nodes of a graph of which a preview is made unasked
_PAUSE = 150  # milliseconds
_BELIEVED = (50.0, 400.0)  # points to an inch that a screen may say of itself
_OLD = 0.22  # how much is left of a picture that is of something else by now


class Preview(QWidget):
    """A picture or a text, what is said of it, and where it has several moments the way through them.

    ``refused``: what is chosen cannot be made, as was found when it was to be drawn.
    """

    refused = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._newest = Newest(context.background, "export preview", _PAUSE, self)  # as in code
        self._begin: Callable[[Event], Reel] | None = None
        self._glimpse: Glimpse | None = None
        self.says = QLabel(self)
        self.says.setObjectName("preview_says")
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setWordWrap(True)
        self.says.setProperty("muted", True)
        self.stack = QStackedWidget(self)
        self.area = QScrollArea(self.stack)
        self.picture = PreviewPicture(context.look.theme, self.area.viewport())
        self.area.setObjectName("preview_scroll")
        self.area.setAccessibleName(tr("Preview"))
        tell_as(self.area, QAccessible.Role.Graphic)
        self.area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setWidget(self.picture)
        self.text = QPlainTextEdit(self.stack)
        self.text.setObjectName("preview_text")
        self.text.setAccessibleName(tr("Preview"))
        self.text.setReadOnly(True)
        from_left(self.text.document())
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(context.look.font(12, mono=True))
        self.why = QLabel(self.stack)
        self.why.setObjectName("preview_why")
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for each in (self.area, self.text, self.why):
            self.stack.addWidget(each)
        self.wanted = QPushButton(tr("Make a preview"), self)
        self.wanted.setObjectName("make_preview")
        self.wanted.setAutoDefault(False)
        self.wanted.clicked.connect(self._look)
        self.wanted.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.says)
        rows.addWidget(self.stack, 1)
        rows.addWidget(self.wanted)
        rows.addWidget(self._make_steps())

    def _make_steps(self) -> QWidget:
        """From moment to moment, by button, slider or key."""
        self.steps = QWidget(self)
        row = QHBoxLayout(self.steps)
        row.setContentsMargins(0, 0, 0, 0)
        self.slider = QSlider(Qt.Orientation.Horizontal, self.steps)
        self.slider.setObjectName("preview_moment")
        self.slider.setAccessibleName(tr("Moment of the preview"))
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(self._go_to)
        for arrow, name, by in (
            (Qt.ArrowType.LeftArrow, tr("Previous moment of the preview"), -1),
            (Qt.ArrowType.RightArrow, tr("Next moment of the preview"), 1),
        ):
            button = QToolButton(self.steps)
            button.setArrowType(arrow)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(partial(self._step, by))
            row.addWidget(button)
        row.insertWidget(1, self.slider, 1)
        self.steps.hide()
        return self.steps

    # What is looked at -----------------------------------------------------------------------

    def show_for(self, request: ExportRequest, form: Form) -> None:
        """That request, in that form: what is seen is old from now on, and is drawn anew in a moment."""
        self._begin = partial(reel_of, request, form)
        if len(request.graph) > AT_ONCE:
            self._newest.drop()
            self._refuse_to_look(
                trn(
                    "A preview of {n:,} nodes takes a while.",
                    "A preview of {n:,} nodes takes a while.",
                    len(request.graph),
                )
            )
            self.wanted.show()
        else:
            self._look()

    def refuse(self, sentence: str = "") -> None:
        """Nothing can be made of what is chosen."""
        self._newest.drop()
        self._begin = None
        self._refuse_to_look(sentence or tr("There is no preview until what is marked is mended."))

    def drop(self) -> None:
        """Nobody looks any more."""
        self._newest.drop()

    def _refuse_to_look(self, sentence: str) -> None:
        self._glimpse = None
        self.picture.show_image(None)
        self.text.clear()
        self.says.clear()
        self.steps.hide()
        self.wanted.hide()
        self.why.setText(as_shown(sentence))
        self.stack.setCurrentWidget(self.why)

    def _look(self) -> None:
        if self._begin is not None:
            self._ask(self._begin, None)

    def _ask(self, begin: Callable[[Event], Reel], number: int | None) -> None:
        self.wanted.hide()
        self.picture.set_old(True)
        self.text.setEnabled(False)
        self.says.setText(tr("Drawing what is chosen now …"))
        self._newest.ask(partial(glimpse_of, begin, number, self._screen()), self._arrived, self._failed)

    def _screen(self) -> Screen:
        screen = self.screen()
        said = screen.physicalDotsPerInch()
        sane = _BELIEVED[0] <= said <= _BELIEVED[1]
        return Screen(said if sane else screen.logicalDotsPerInch(), self.devicePixelRatioF())

    def _arrived(self, glimpse: Glimpse) -> None:
        self._glimpse = glimpse
        reel = glimpse.reel
        if glimpse.image is None:
            self.text.setEnabled(True)
            self.text.setPlainText(glimpse.text)
            self.stack.setCurrentWidget(self.text)
        else:
            self.picture.show_image(glimpse.image)
            self.stack.setCurrentWidget(self.area)
        self.says.setText(_said_of(glimpse))
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(reel) - 1)
        self.slider.setValue(glimpse.number)
        self.slider.blockSignals(False)
        self.steps.setVisible(len(reel) > 1)

    def _failed(self, error: Exception) -> None:
        self._refuse_to_look(str(error))
        if isinstance(error, Refusal):
            self.refused.emit()

    # From moment to moment -------------------------------------------------------------------

    def _step(self, by: int) -> None:
        self.slider.setValue(self.slider.value() + by)

    def _go_to(self, number: int) -> None:
        glimpse = self._glimpse
        if glimpse is not None and number != glimpse.number:
            self._ask(lambda _: glimpse.reel, number)


def _said_of(glimpse: Glimpse) -> str:
    """Which page or picture it is, where there are several, and what is said of its size."""
    number, n, words = glimpse.number + 1, len(glimpse.reel), glimpse.words
    if n <= 1:
        return words
    if glimpse.reel.pages:
        return tr("page {number} of {n}: {words}", number=number, n=n, words=words)
    return tr("picture {number} of {n}: {words}", number=number, n=n, words=words)


class PreviewPicture(QWidget):
    """An image on a ground that shows where it ends, and what of it can be seen through."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("preview")
        self._theme = theme
        self.image: QImage | None = None
        self.old = False

    def show_image(self, image: QImage | None) -> None:
        """That image, which is current; None: nothing."""
        self.image = image
        self.old = False
        size = QSize(0, 0) if image is None else image.deviceIndependentSize().toSize()
        self.setFixedSize(size + QSize(2, 2))
        self.update()

    def set_old(self, old: bool) -> None:
        """Whether it is of something else than what is chosen by now."""
        if old != self.old:
            self.old = old
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The image, faint where it is old."""
        if self.image is None:
            return
        theme, painter = self._theme, QPainter(self)
        inside = self.rect().adjusted(1, 1, -1, -1)
        if self.image.hasAlphaChannel():
            painter.fillRect(inside, QColor(theme.ground))
            painter.fillRect(inside, QBrush(QColor(theme.line), Qt.BrushStyle.Dense6Pattern))
        painter.setOpacity(_OLD if self.old else 1.0)
        painter.drawImage(inside.topLeft(), self.image)
        painter.setOpacity(1.0)
        painter.setPen(
            QPen(QColor(theme.frame), 1, Qt.PenStyle.DashLine if self.old else Qt.PenStyle.SolidLine)
        )
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

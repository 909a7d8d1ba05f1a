"""The palette: what can be dropped on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from micrograd_gui.document.catalogue import MIME, Offer, block_kind, catalogue
from micrograd_gui.views.theme import Look

COLUMNS = 2


class OfferButton(QPushButton):
    """One offer: dragged onto the canvas, or pressed to put it into the middle."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(offer.text)
        self.offer = offer
        self._pressed_at: QPoint | None = None
        self.setObjectName(f"offer_{offer.payload}")
        self.setToolTip(f"{offer.help} Drag it onto the canvas, a node or a wire; or press it.")
        self.setAccessibleName(f"Add {block_kind(offer.payload) or offer.payload}")
        self.setAccessibleDescription(offer.help)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)
            drag = QDrag(self)
            drag.setMimeData(self.mime())
            drag.setPixmap(self._picture())
            drag.exec(Qt.DropAction.CopyAction)

    def mime(self) -> QMimeData:
        """What a drag carries: the op's name."""
        data = QMimeData()
        data.setData(MIME, QByteArray(self.offer.payload.encode()))
        return data

    def _picture(self) -> QPixmap:
        return self.grab()


class OpPalette(QScrollArea):
    """All offers, in groups; ``chosen`` carries the payload of the one that was pressed."""

    chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Palette")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._rows = QVBoxLayout()
        inside = QWidget()
        inside.setLayout(self._rows)
        self.setWidget(inside)  # while it is empty: it is measured here, and once more in its look
        self._fill()
        self.set_look(look)

    @property
    def offered(self) -> frozenset[str]:
        """The payloads of all that is offered."""
        return frozenset(button.offer.payload for button in self.findChildren(OfferButton))

    def refill(self, look: Look) -> None:
        """Offer what the table of ops has by now."""
        self._rows = QVBoxLayout()
        inside = QWidget()
        inside.setLayout(self._rows)
        self.setWidget(inside)  # the one before goes
        self._fill()
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._rows.setContentsMargins(look.px(10), look.px(8), look.px(10), look.px(8))
        self._rows.setSpacing(look.px(6))
        for button in self.findChildren(OfferButton):
            button.setFont(look.font(14))
            button.setMinimumHeight(look.px(34))
        for label in self.findChildren(QLabel):
            label.setFont(look.font(12))
        self._rows.invalidate()
        self._rows.activate()  # else the inner grids tell the widths of the text before
        needed = self._rows.minimumSize().width() + self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(max(look.px(150), needed))

    def _fill(self) -> None:
        for group in catalogue():
            title = QLabel(group.title)
            title.setProperty("muted", True)
            self._rows.addWidget(title)
            grid = QGridLayout()
            grid.setSpacing(6)
            for index, offer in enumerate(group.offers):
                button = OfferButton(offer)
                button.clicked.connect(lambda _=False, payload=offer.payload: self.chosen.emit(payload))
                grid.addWidget(button, index // COLUMNS, index % COLUMNS)
            self._rows.addLayout(grid)
        self._rows.addStretch()

"""The palette: what can be dropped on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import tr
from micrograd_gui.document.catalogue import MIME, Offer, PaletteGroup, block_kind, catalogue
from micrograd_gui.session.transitions import VALUE
from micrograd_gui.views.background import later
from micrograd_gui.views.theme import Look

COLUMNS = 2


class OfferButton(QPushButton):
    """One offer: dragged onto the canvas, or pressed to put it into the middle."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(offer.text)
        self.offer = offer
        self._pressed_at: QPoint | None = None
        self.setObjectName(f"offer_{offer.payload}")
        self.setToolTip(tr("{what} Drag it onto the canvas, a node or a wire; or press it.", what=offer.help))
        has_words = block_kind(offer.payload) is not None or offer.payload == VALUE  # else it is an op's name
        self.setAccessibleName(tr("Add {what}", what=offer.text if has_words else offer.payload))
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
        self.setAccessibleName(tr("Palette"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the keys
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._offered: frozenset[str] = frozenset()
        self._offers = QButtonGroup(self, exclusive=False)
        self._offers.buttonClicked.connect(lambda button: self.chosen.emit(button.offer.payload))
        self._unfolded: set[str] = set()  # the headings whose offers are shown
        self._look = look
        self._rows = QVBoxLayout()
        inside = QWidget()
        inside.setLayout(self._rows)
        self.setWidget(inside)  # while it is empty: it is measured here, and once more in its look
        self._fill()
        self.set_look(look)

    @property
    def offered(self) -> frozenset[str]:
        """The payloads of all that is offered, folded away or not."""
        return self._offered

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
        self._look = look
        self._rows.setContentsMargins(look.px(10), look.px(8), look.px(10), look.px(8))
        self._rows.setSpacing(look.px(6))
        for button in self.findChildren(OfferButton):
            button.setFont(look.font(14))
            button.setMinimumHeight(look.px(34))
        for heading in (*self.findChildren(QLabel), *self.findChildren(QToolButton)):
            heading.setFont(look.font(12))
        self._rows.invalidate()
        self._rows.activate()  # else the inner grids tell the widths of the text before
        needed = self._rows.minimumSize().width() + self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(max(look.px(150), needed))

    def _fill(self) -> None:
        groups = catalogue()
        self._offered = frozenset(offer.payload for group in groups for offer in group.offers)
        for group in groups:
            if group.folded:
                self._add_folded(group)
                continue
            title = QLabel(group.title)
            title.setProperty("muted", True)
            self._rows.addWidget(title)
            grid = QGridLayout()
            self._rows.addLayout(grid)
            self._fill_grid(grid, group)
        self._rows.addStretch()

    def _fill_grid(self, grid: QGridLayout, group: PaletteGroup) -> None:
        grid.setSpacing(6)
        for index, offer in enumerate(group.offers):
            button = OfferButton(offer)
            self._offers.addButton(button)
            grid.addWidget(button, index // COLUMNS, index % COLUMNS)

    def _add_folded(self, group: PaletteGroup) -> None:
        """A heading that shows its offers, which are made then, and folds them away again."""
        heading, below = QToolButton(), QWidget()
        heading.setObjectName("more_offers")
        heading.setCheckable(True)
        heading.setAccessibleName(group.title)
        heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        below.setVisible(False)
        names = ", ".join(offer.text for offer in group.offers)

        def turn(shown: bool) -> None:
            self._unfolded = self._unfolded | {group.title} if shown else self._unfolded - {group.title}
            heading.setText(f"{group.title} {'▾' if shown else '▸'}")
            heading.setToolTip(
                tr("Fold these away: {names}.", names=names) if shown else tr("Show {names}.", names=names)
            )
            heading.setAccessibleDescription(heading.toolTip())
            if shown and below.layout() is None:
                grid = QGridLayout(below)
                grid.setContentsMargins(0, 0, 0, 0)
                self._fill_grid(grid, group)
                self.set_look(self._look)
            below.setVisible(shown)

        self._rows.addWidget(heading)
        self._rows.addWidget(below)
        heading.setChecked(group.title in self._unfolded)
        turn(heading.isChecked())
        heading.toggled.connect(turn)
        heading.clicked.connect(lambda: later(below, lambda: self._show_end(below)))

    def _show_end(self, below: QWidget) -> None:
        """What was unfolded is scrolled into view, once it has its place."""
        if below.isVisibleTo(self):
            self._rows.activate()
            self.ensureWidgetVisible(below)

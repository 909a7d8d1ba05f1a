"""Flow: widgets side by side, in further rows where one has no room for them: words differ in length."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QSpacerItem


class Flow(QLayout):
    """A row that breaks. ``add_gap`` takes what room is left in a row that is whole; each item is at least
    as wide as it needs, and in a row by itself no wider than there is room.
    """

    def __init__(self) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def add_gap(self) -> None:
        """What comes after stands at the right, where all is in one row."""
        self.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = self._rows(width - self._around().width())
        air = self._air() * max(0, len(rows) - 1)
        return sum(map(self._height, rows)) + air + self._around().height()

    def sizeHint(self) -> QSize:
        shown = self._shown()
        wide = sum(each.sizeHint().width() for each in shown) + self._air() * max(0, len(shown) - 1)
        return QSize(wide, self._height(shown)) + self._around()

    def minimumSize(self) -> QSize:
        shown = self._shown()
        wide = max((each.sizeHint().width() for each in shown), default=0)
        return QSize(wide, self._height(shown)) + self._around()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        room = rect.marginsRemoved(self.contentsMargins())
        rows, at = self._rows(room.width()), QPoint(room.topLeft())
        for row in rows:
            height, left = self._height(row), room.left()
            gap = 0
            if len(rows) == 1:
                needed = sum(each.sizeHint().width() for each in row) + self._air() * (len(row) - 1)
                gap = max(0, room.width() - needed)
            for item in self._items if len(rows) == 1 else row:
                if item.spacerItem() is not None:
                    left += gap
                    gap = 0
                elif item in row:
                    wide = min(item.sizeHint().width(), room.width())
                    item.setGeometry(QRect(left, at.y(), wide, height))
                    left += wide + self._air()
            at.setY(at.y() + height + self._air())

    def _shown(self) -> list[QLayoutItem]:
        return [each for each in self._items if each.spacerItem() is None and not each.isEmpty()]

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        left = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if not rows or left + self._air() + wide > width:
                rows.append([])
                left = -self._air()
            rows[-1].append(item)
            left += self._air() + wide
        return rows

    def _air(self) -> int:
        return max(0, self.spacing())

    def _around(self) -> QSize:
        margins = self.contentsMargins()
        return QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    @staticmethod
    def _height(row: list[QLayoutItem]) -> int:
        return max((each.sizeHint().height() for each in row), default=0)

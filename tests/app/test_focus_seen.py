"""Whatever takes the keys looks different while it has them: in each theme, and in the hall."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from micrograd_gui.app.actions.tab_order import stops
from tests.app.unfit import settle

ENOUGH = 3.0  # the contrast of what has the keys with what it was, as the guidelines for the web want it
PANES = ("gradients", "data", "moments", "ledger", "cells", "bug_lab")
ALIKE = ("offer_", "bug_")  # of many that are of one class, the first is looked at


_LINEAR = np.arange(256) / 255
_LINEAR = np.where(_LINEAR <= 0.04045, _LINEAR / 12.92, ((_LINEAR + 0.055) / 1.055) ** 2.4)


def _light(widget: QWidget) -> np.ndarray:
    """The luminance of each of its pixels, from 0 to 1."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., 2::-1]
    return _LINEAR[pixels] @ np.array([0.2126, 0.7152, 0.0722])


def _seen(widget: QWidget, elsewhere: QWidget) -> float:
    """How many of its pixels differ enough when it has the keys, in lines around it."""
    elsewhere.setFocus()
    before = _light(widget)
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
    after = _light(widget)
    assert before.shape == after.shape, f"{widget.objectName()} has another size"
    differ = (np.maximum(before, after) + 0.05) / (np.minimum(before, after) + 0.05) >= ENOUGH
    return differ.sum() / (2 * (widget.width() + widget.height()))


def _unseen(where: str, widgets: list[QWidget], elsewhere: QWidget) -> Iterator[str]:
    looked_at: set[str] = set()
    for widget in widgets:
        kind = next((each for each in ALIKE if widget.objectName().startswith(each)), widget.objectName())
        if kind not in looked_at or not kind:
            lines = _seen(widget, elsewhere)
            if lines < (0.3 if kind == "gradients_of" else 0.85):  # a line of words, as wide as the canvas
                yield f"{where}: {type(widget).__name__} {widget.objectName()}, {lines:.2f}"
        looked_at.add(kind)


@pytest.mark.parametrize("theme", ["light", "dark", "dark-contrast"])
def test_what_has_the_keys_is_seen(qtbot, opened, act, theme: str) -> None:
    window = opened("xor")
    window.ring_what_has_the_keys()
    window.appearance.use_theme(theme)
    with qtbot.waitActive(window):
        window.activateWindow()
    window.session.forward()
    window.session.select({3})
    window.docks["training"].raise_()
    settle(window)
    first, *others = stops(window)
    found = [*_unseen(theme, others, first), *_unseen(theme, [first], others[0])]
    for name in PANES if theme == "light" else PANES[:2]:
        if window.docks[name].isVisible() if name in window.docks else False:
            window.docks[name].raise_()
        else:
            window.panes.toggle(name)
        settle(window)
        inside = [each for each in stops(window) if window.docks[name].isAncestorOf(each)]
        assert inside, name
        found += _unseen(f"{theme}, {name}", inside, first)
    act(window, "projector")
    settle(window)
    first, *others = stops(window)
    found += [*_unseen(f"{theme}, hall", others, first), *_unseen(f"{theme}, hall", [first], others[0])]
    assert found == []


def test_a_click_leaves_no_ring(qtbot, opened) -> None:
    window = opened("neuron")
    window.ring_what_has_the_keys()
    with qtbot.waitActive(window):
        window.activateWindow()
    table, card = (window.findChild(QWidget, name) for name in ("gradients", "step_card"))
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Backtab)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert window.rings.ring.parent() is card, "one goes by keys"
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton)
    assert window.focusWidget() is table
    assert window.rings.ring is None


def test_what_has_the_keys_in_a_dialog_is_seen(qtbot, opened, act) -> None:
    window = opened("neuron")
    window.ring_what_has_the_keys()
    for name, buttons in (("export", 6), ("keys", 1)):
        act(window, name)
        dialog = window.findChildren(QDialog)[-1]
        settle(dialog)
        with qtbot.waitActive(dialog):
            dialog.activateWindow()
        inside = [each for each in dialog.findChildren(QWidget) if each.isVisible() and each.isEnabled()]
        inside = [each for each in inside if each.focusPolicy() == Qt.FocusPolicy.StrongFocus]
        inside = [each for each in inside if not each.focusProxy() and each.width() > 1]
        assert len(inside) > buttons
        assert list(_unseen(name, inside[1:], inside[0])) == []
        if name == "keys":
            page = dialog.findChild(QWidget, "page")
            page.setFocus()
            assert window.rings.ring.parent() is page
        dialog.close()

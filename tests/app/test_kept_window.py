"""The window that tests share: what one changes beside the document is found before another has it."""

from PySide6.QtWidgets import QDialog

from tests.app.kept_window import KeptWindow


def test_what_was_changed_beside_the_document_is_found(qtbot, kept, act):
    kept.append(KeptWindow())
    window = kept[0].open("lecture")
    act(window, "forward", "backward")
    window.session.set_value(1, 7.0)
    assert kept[0].put_away()
    assert kept[0].changed() == {}
    window.docks["palette"].hide()
    window.plot.show_kind("slice")
    window.menus.actions["forward"].setText("Ahead")
    asking = QDialog(window)
    asking.show()
    assert kept[0].put_away()
    assert kept[0].changed().keys() >= {"plot", "action forward"}
    assert "pane palette" not in kept[0].changed(), "it is where it was"
    assert not asking.isVisible()

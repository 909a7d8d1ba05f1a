"""The window speaks another language at once: all that is seen is made anew, and nothing is lost."""

import gc
import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QLibraryInfo,
    QLocale,
    QObject,
    QSize,
    Qt,
    QTimer,
    QTranslator,
)
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QTabBar,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from micrograd import language
from micrograd.language import tr
from micrograd_gui import fonts, languages
from micrograd_gui.app import window as window_module
from micrograd_gui.app.actions import language as choosing
from micrograd_gui.app.actions.table import MENUS
from micrograd_gui.app.settings import Settings
from micrograd_gui.app.status import StatusBar
from micrograd_gui.document.errors import Refusal
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.theme import Look

LETTER = re.compile(r"(?<!&)&([^&\s])")


class Pseudo(dict):
    """A language that has every text: the English one in brackets, and longer, as many languages are."""

    def get(self, key: str, default: object = None) -> str:
        text = key.rpartition(language.CONTEXT)[2]
        return f"⟦{text}{'~' * (2 * len(text) // 5)}⟧"


@pytest.fixture
def pseudo() -> Iterator[None]:
    language.use(Pseudo())
    yield
    language.use()


def test_another_language_keeps_document_moment_and_selection(qtbot, opened, act) -> None:
    window = opened("neuron", (2400, 900))  # with room for the tools in one row in any language
    session = window.session
    session.forward()
    session.backward_step()
    session.select({3})
    session.set_value(1, 2.5)
    session.set_value(1, 2.0)
    window.plot.show_kind("activation")
    act(window, "bug_lab")
    before, undo = session.state, session.state.history.undo_name
    state, title = window.recovering(), window.windowTitle()
    QApplication.processEvents()  # the pane that has just come is laid out
    docks = _places(window)
    language.use(Pseudo())
    try:
        window.remake()
        qtbot.waitUntil(window.updatesEnabled)
        QApplication.processEvents()
    finally:
        language.use()
    assert session.state is before
    assert session.state.history.undo_name == undo
    assert window.recovering() is state
    assert window.windowTitle() == title
    assert window.plot.kind == "activation"
    assert _places(window) == docks
    assert len(window.findChildren(QDockWidget, "dock_step_card")) == 1
    assert len(window.findChildren(QAction, "backward_step")) == 1
    act(window, "backward_step")
    assert session.state.cursor == before.cursor + 1
    act(window, "undo")
    assert session.state.graph is not before.graph


def _places(window) -> dict[str, tuple[int, int]]:
    """Between which heights each pane stands that can be seen; longer words may need a wider palette."""
    seen = {name: dock for name, dock in window.docks.items() if not dock.visibleRegion().isEmpty()}
    return {name: (dock.geometry().top(), dock.geometry().bottom()) for name, dock in seen.items()}


def test_what_is_seen_again_tells_of_the_moment(qtbot, opened) -> None:
    window = opened("neuron")
    window.session.forward()
    said = window.summary.text()
    window.remake()
    qtbot.waitUntil(window.updatesEnabled)
    assert window.summary.text() == said
    assert window.size() == QSize(1600, 900)


def test_longer_buttons_have_the_room_they_need(qtbot, opened, pseudo: None) -> None:
    window = opened("neuron")
    assert window.toolBarBreak(window.bars.measure), "in one row there is no room for the expression"
    language.use()
    window.remake()
    qtbot.waitUntil(window.updatesEnabled)
    assert not window.toolBarBreak(window.bars.measure)
    language.use(Pseudo())
    window.remake()
    qtbot.waitUntil(window.updatesEnabled)
    assert window.toolBarBreak(window.bars.measure)
    for button in window.bars.run.findChildren(QToolButton) + window.bars.measure.findChildren(QToolButton):
        if button.text() and button.isVisible():
            assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()), button.text()


def test_qt_writes_signs_as_the_language_in_use_does(opened, monkeypatch) -> None:
    monkeypatch.setattr(languages, "_used", "resources/zh_CN.po")
    choosing.translate_qt()
    assert QFont.substitutes("DejaVu Sans")[0] == "noto sans cjk sc"
    monkeypatch.undo()
    choosing.translate_qt()
    assert QFont.substitutes("DejaVu Sans") == []


def test_signs_and_qts_words_have_the_forms_of_the_language_whatever_the_system_speaks(qapp) -> None:
    """Japanese and Chinese write the same character otherwise, and a font has both: it goes by the locale."""
    try:
        for code, said in (("ja", QLocale.Language.Japanese), ("zh_CN", QLocale.Language.Chinese)):
            languages.use(code)
            choosing.translate_qt()
            assert QLocale().language() == said
            assert f"{QLocale().groupSeparator()}{QLocale().decimalPoint()}" == ",.", (
                "numbers stay as they are"
            )
            for of, word in (("QFileDialog", "&Look in:"), ("QAbstractFileIconProvider", "Folder")):
                assert not QCoreApplication.translate(of, word).isascii()  # Qt's own catalogues lack them
    finally:
        languages.use("en")
        choosing.translate_qt()
    assert QLocale() == QLocale.system()


def test_a_line_of_tall_letters_has_the_height_it_needs(opened, act) -> None:
    if fonts.without_font(["前"]):
        pytest.skip("no font of this machine has Chinese")
    window = opened("neuron")
    window.session.forward()
    act(window, "predict")
    line, ask = window.panes.predict_line, window.panes.predict_line.ask
    if ask.fontMetrics().boundingRect("前向传播").height() <= 1.1 * ask.fontMetrics().lineSpacing():
        pytest.skip("the Chinese font of this machine is no taller than ours")
    assert ask.height() == ask.fontMetrics().lineSpacing()
    language.use({"Forward": "前向传播"})
    try:
        line.set_look(window.look)
    finally:
        language.use()
    assert ask.height() > 1.1 * ask.fontMetrics().lineSpacing()


def test_in_the_hall_another_language_stays_in_the_hall(qtbot, opened, act) -> None:
    window = opened("neuron")
    act(window, "projector")
    window.remake()
    qtbot.waitUntil(lambda: window.projector.on)
    assert window.menuBar().isHidden()
    window.projector.leave()
    assert not window.menuBar().isHidden()


def test_nothing_is_made_anew_while_a_file_is_read(opened, monkeypatch) -> None:
    window = opened("neuron")
    monkeypatch.setattr(type(window.documents), "busy", property(lambda _: True))
    with pytest.raises(Refusal, match="Wait"):
        window.remake()
    assert window.findChild(QLabel, "message") is window.message


def test_the_menu_offers_what_is_complete_each_by_its_own_name(opened, monkeypatch) -> None:
    monkeypatch.setattr(languages, "_is_complete", lambda path: path.stem in ("de", "ja"))
    window = opened()
    named = {
        action.objectName(): action.text()
        for action in window.menus.languages.actions()
        if action.objectName() != "language_system"
    }
    assert named == {"language_en": "English", "language_de": "Deutsch", "language_ja": "日本語"}
    assert window.menus.languages.menuAction().isVisible()
    monkeypatch.setattr(languages, "_is_complete", lambda path: False)
    assert not opened().menus.languages.menuAction().isVisible(), "nothing to choose from"


def test_the_letter_of_a_menu_stands_on_no_button(opened) -> None:
    assert [languages.without_key(each) for each in ("&File", "ファイル(&F)", "開く(&O)…", "a && b")] == [
        "File",
        "ファイル",
        "開く…",
        "a & b",
    ]
    language.use({"&Backward": "逆伝播(&W)"})
    try:
        button = opened().findChild(QToolButton, "button_backward")
        assert button.text() == button.accessibleName() == "逆伝播"
    finally:
        language.use()


def test_each_key_is_called_as_the_system_calls_it(qtbot, opened) -> None:
    qt = QTranslator()
    assert qt.load("qtbase_es", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    QApplication.installTranslator(qt)
    try:
        window = opened()
    finally:
        QApplication.removeTranslator(qt)
    assert window.findChild(QAction, "delete").data() == "Suprimir or Borrar"


def test_the_language_that_is_chosen_is_kept(qtbot, opened) -> None:
    window = opened()
    window.findChild(QAction, "language_en").trigger()
    qtbot.waitUntil(lambda: window.settings.language == "en")
    qtbot.waitUntil(window.updatesEnabled)
    assert window.findChild(QAction, "language_en").isChecked()


def test_another_language_leaves_no_row_of_tabs_behind(qtbot, opened) -> None:
    window = opened("xor", (1366, 768))

    def remake() -> None:
        window.remake()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert windows() == top, "a row that goes is in no window of its own, which somebody could close"
        for _ in range(5):
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def windows() -> set[QWidget]:
        return {each for each in QApplication.topLevelWidgets() if each.parent() is None}

    def left() -> list[str]:
        gc.collect()
        kinds = (QTabBar, QToolButton)
        here = [each for each in gc.get_objects() if type(each) in kinds and not isValid(each)]
        return [type(each).__name__ for each in here]

    top = windows()
    remake()  # what is put aside while it is made anew is looked at, too
    before = left()
    remake()
    remake()
    assert left() == before
    assert [bar for bar in window.findChildren(QTabBar) if bar.isVisible()]


@pytest.mark.usefixtures("pseudo")
def test_longer_words_get_a_wider_training_pane(qtbot, opened) -> None:
    window = opened("line", (1920, 1080))
    pane = window.panes.training
    qtbot.waitUntil(lambda: pane.width() >= pane.wanted_width() > 400)


def test_a_language_of_the_menu_is_spoken_at_once_and_by_the_next_window(qtbot, opened, monkeypatch) -> None:
    monkeypatch.setattr(languages, "_is_complete", lambda path: True)
    monkeypatch.setattr(languages, "_asked", languages._asked)  # as it was, in the end
    monkeypatch.setenv(language.VARIABLE, "")
    window = opened("neuron")
    window.session.forward()
    said = window.summary.text()
    try:
        window.findChild(QAction, "language_ja").trigger()
        qtbot.waitUntil(lambda: window.settings.language == "ja" and window.updatesEnabled())
        assert window.summary.text() != said
        assert window.findChild(QAction, "language_ja").isChecked()
        languages.use("en")
        languages._asked = ""  # another process
        beside = opened("xor")
        assert languages.used() == "ja"
        assert not {"layer 1"} & {block.title for block in beside.session.state.graph.blocks}
    finally:
        languages.use("en")
        choosing.translate_qt()


def test_a_catalogue_that_cannot_be_read_is_refused_in_the_window(opened, monkeypatch, tmp_path) -> None:
    (tmp_path / "ja.po").write_text('msgid ""\nmsgstr ""\n"X-Complete: yes\\n"\nmsgid broken\n', "utf-8")
    monkeypatch.setattr(languages, "_is_complete", lambda path: True)
    window = opened("neuron")
    monkeypatch.setattr(languages, "catalogue_of", lambda code: tmp_path / f"{code}.po")
    chosen = window.settings.language
    window.findChild(QAction, "language_ja").setChecked(True)
    window.choose_language("ja")
    assert "ja.po, line 4" in window.message.text()
    assert languages.used() == "en"
    assert window.settings.language == chosen, "the next start does not stumble over it"
    assert not window.findChild(QAction, "language_ja").isChecked()


def test_no_language_is_chosen_while_a_window_reads_a_file(opened, monkeypatch) -> None:
    window = opened("neuron")
    monkeypatch.setattr(type(window.documents), "busy", property(lambda _: True))
    window.choose_language("de")
    assert "Wait" in window.message.text()
    assert languages.used() == "en", "else half of the window would speak another language"


def test_a_long_sentence_does_not_widen_the_window(qtbot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    message = bar.message
    message.setFont(Look().font(13))
    high = message.sizeHint().height()
    message.setText("« xx » n’est ni une leçon ni un fichier ; les leçons sont toutes celles-ci. " * 9)
    assert bar.minimumSizeHint().width() < 100
    assert message.sizeHint().height() == high, "else the first sentence would move all that is above it"


@pytest.mark.parametrize("code", languages.NAMES)
def test_no_letter_of_a_menu_stands_for_two_of_its_rows(code: str) -> None:
    """Where each letter of a text is taken it may have none: a letter of two rows only walks between them."""
    languages.use(code)
    try:
        for title, rows in MENUS:
            texts = [tr(row.text) for row in rows if row is not None]
            letters = {text: found[1].upper() for text in texts if (found := LETTER.search(text))}
            taken = list(letters.values())
            assert not [text for text, letter in letters.items() if taken.count(letter) > 1], tr(title)
            for text in set(texts) - set(letters):
                free = set(re.findall(r"[A-Z]", text.upper())) - set(taken)
                assert not free, f"{tr(title)}: {text} could have {free}"
    finally:
        languages.use("en")


@pytest.mark.unforeseen
def test_a_window_that_cannot_be_made_anew_is_whole_as_before(qtbot, opened, act, monkeypatch) -> None:
    """Whatever raises, and when: the parts before it are still there, and speak their language."""
    monkeypatch.setattr(languages, "_is_complete", lambda path: True)
    monkeypatch.setattr(languages, "_asked", languages._asked)  # as it was, in the end
    window = opened("neuron")
    session, chosen = window.session, window.settings.language
    window.say("As bold as the one to come, which makes the bar a pixel higher.", refused=True)
    session.forward()
    session.set_value(1, 2.5)
    act(window, "bug_lab")
    window.explain()
    for name in ("moments", "ledger"):  # they are there a little later
        window.panes.ensure(name)
    window.recovering()
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def fail(*_: object) -> None:
        raise AttributeError("a header of another kind")

    for place, name in ((window_module, "TrainingLoop"), (PlotPane, "_on_changed")):  # the latter is a slot
        QApplication.processEvents()
        state, docks, keys = session.state, _places(window), len(window.actions())
        parts, seen, focus = _parts(window), window.canvas.grab().toImage(), window.focusWidget()
        with monkeypatch.context() as patched:
            patched.setattr(place, name, fail)
            window.choose_language("de")
        assert session.state is state
        assert window.message.text().startswith("⚠ Deutsch cannot be shown: ")
        assert (languages.used(), window.settings.language) == ("en", chosen)
        assert not window.findChild(QAction, "language_de").isChecked()
        qtbot.waitUntil(window.updatesEnabled)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert _parts(window) == parts
        assert window.focusWidget() is focus is not None
        assert _places(window) == docks
        assert len(window.actions()) == keys
        assert window.canvas.grab().toImage() == seen
        said = window.summary.text()
        act(window, "backward_step")
        assert session.state.cursor == state.cursor + 1
        assert window.summary.text() != said
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert session.state.graph is not state.graph
        session.redo()
    window.remake()
    qtbot.waitUntil(window.updatesEnabled)
    assert window.rings in window.children(), "the ring of who goes by keys is made anew, too"


def _parts(window) -> set[QObject]:
    """All that a window holds, but for the tabs of its panes, which are Qt's."""
    return {each for each in window.children() if not isinstance(each, QTabBar | QTimer)}


@pytest.mark.unforeseen
def test_where_one_window_cannot_speak_a_language_none_does(opened, monkeypatch) -> None:
    monkeypatch.setattr(languages, "_is_complete", lambda path: True)
    monkeypatch.setattr(languages, "_asked", languages._asked)
    made: list[tuple[str, str]] = []

    class Spoken:
        bridge = None

        def __init__(self, name: str) -> None:
            self.name, self.bridge = name, self

        def attempt(self, verb) -> None:
            verb()

        def refuse_while_busy(self) -> None:
            pass

        def remake(self, give_up=None) -> None:
            made.append((self.name, languages.used()))
            if self.name == "second":
                give_up()
                raise KeyError

    settings = Settings()
    with pytest.raises(Refusal, match="Deutsch"):
        choosing.speak("de", [Spoken("first"), Spoken("second"), Spoken("third")], settings)
    assert made == [("first", "de"), ("second", "de"), ("first", "en")]
    assert languages.used() == "en"

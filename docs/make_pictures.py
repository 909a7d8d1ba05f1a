"""The pictures of README and the documents, made from the program: python docs/make_pictures.py"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
KEPT = Path(tempfile.mkdtemp())
SCREEN = {"name": "projector", "x": 0, "y": 0, "width": 1920, "height": 1080}
(KEPT / "screens.json").write_text(json.dumps({"screens": [SCREEN]}), "utf-8")
os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={KEPT / 'screens.json'}"
os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_STATE_HOME"] = str(KEPT)  # the pictures show a first start

from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from micrograd_gui.app import cli, create_window
from micrograd_gui.app.window import MainWindow
from micrograd_gui.views.canvas.layers.motion import Motion
from micrograd_gui.views.plot.view import COMING, PlotView
from micrograd_gui.views.rendered_graph import WAITING, RenderedGraph

SIZE = QSize(1600, 900)
SHOWN = (960, 540)  # pixels of the animation
TRAVELLING, REST, END = 60, 1400, 3000  # milliseconds of its frames


def settle(window: MainWindow) -> None:
    """Wait until nothing in the window is still to be drawn, however busy this machine is."""
    plot, rendered = window.findChildren(PlotView), window.findChildren(RenderedGraph)
    still = 0
    while still < 5:
        QTest.qWait(300)
        words = [each.words.text() for each in plot if each.currentWidget() is each.words]
        still = 0 if COMING in words or WAITING in (each.message for each in rendered) else still + 1


def picture(name: str, theme: str) -> None:
    """The lecture's neuron in the middle of its backward pass."""
    window = create_window("neuron")
    window.appearance.use_theme(theme)
    window.resize(SIZE)
    window.show()
    window.panes.arrange_as_at_first()
    settle(window)
    window.canvas.fit()
    session = window.session
    session.select([session.state.graph.named("w1")])
    session.check_all()
    session.forward()
    for _ in range(6):
        session.backward_step()
    settle(window)
    window.grab().save(str(ROOT / "docs" / "pictures" / name))
    session.saved_as_is()
    window.close()


LECTURE = "a = 2; b = -3; c = 10; f = -2; e = a*b; d = e + c; L = d*f"  # what the tour has its reader type
TOUR_SIZE, FULL_SIZE = QSize(1440, 900), QSize(1280, 900)  # of the graph and its card; and of a pane


def light_window(source: str | None = None, size: QSize = TOUR_SIZE) -> MainWindow:
    """A window of that size, as at the first start."""
    window = create_window(source)
    window.appearance.use_theme("light")
    window.resize(size)
    window.show()
    window.panes.arrange_as_at_first()
    return window


def tour() -> None:
    """The steps of docs/tour.md, each as its reader sees it."""
    window = light_window()
    line = window.findChild(QLineEdit, "expression")
    assert isinstance(line, QLineEdit)
    line.setText(LECTURE)
    QTest.keyClick(line, Qt.Key.Key_Return)

    def seen(name: str, *actions: str, beside: str = "") -> None:
        """What stands there after those actions: the graph and its step card, and what is beside them."""
        for each in actions:
            action = window.findChild(QAction, each)
            assert isinstance(action, QAction), each
            action.trigger()
        settle(window)
        part = window.centralWidget().geometry().united(window.docks["step_card"].geometry())
        shown = window.grab(part.united(window.docks[beside].geometry()) if beside else part).toImage()
        picture = _pixels(shown, (shown.width(), shown.height()))
        few = picture.quantize(256, dither=Image.Dither.NONE)
        few.save(ROOT / "docs" / "pictures" / f"tour-{name}.png", optimize=True)

    seen("build", "tidy", "fit")
    seen("forward", "forward")
    window.session.last()
    seen("backward", *["backward_step"] * 4)
    window.session.select([window.session.state.graph.named("a")])
    window.resize(FULL_SIZE)
    seen("check", "nudge", "check_all", "fit", beside="gradients")
    window.resize(TOUR_SIZE)
    window.session.select([])
    window.session.seek(6)
    seen("predict", "predict", "fit")
    window.session.saved_as_is()
    window.close()
    window = light_window("diamond", FULL_SIZE)
    bug_lab = window.findChild(QAction, "bug_lab")
    assert isinstance(bug_lab, QAction)
    bug_lab.trigger()
    switch = window.findChild(QPushButton, "bug_assign")
    assert isinstance(switch, QPushButton)
    switch.click()
    seen("bug", *["backward_step"] * 4, beside="bug_lab")
    window.session.saved_as_is()
    window.close()


def hall(name: str) -> None:
    """The neuron's backward pass in the hall: a frame for each sixth of a motion, then the moment at rest."""
    window = create_window("neuron")
    window.appearance.use_theme("dark")
    window.resize(SIZE)
    window.show()
    settle(window)
    projector = window.findChild(QAction, "projector")
    assert isinstance(projector, QAction)
    projector.trigger()
    QTest.qWait(1000)
    window.canvas.motion_seconds = lambda: 3600.0  # how fast this machine is does not matter
    session = window.session
    session.forward()
    QTest.qWait(1200)
    frames, milliseconds = [], []
    for _ in range(6):
        session.backward_step()
        QTest.qWait(300)
        seen, motions = [], [layer for layer in window.canvas.layers if isinstance(layer, Motion)]
        for number in range(6):
            for motion in motions:
                motion.show_at((number + 0.5) / 6)
            seen.append(_pixels(window.grab().toImage()))
        for motion in motions:
            motion.end()
        seen.append(_pixels(window.grab().toImage()))
        frames += _of_few_colours(seen)
        milliseconds += [TRAVELLING] * 6 + [REST]
    milliseconds[-1] = END
    path = ROOT / "docs" / "pictures" / name
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    session.saved_as_is()
    window.close()


def _pixels(seen: QImage, size: tuple[int, int] = SHOWN) -> Image.Image:
    made = seen.convertToFormat(QImage.Format.Format_RGB888)
    raw = Image.frombuffer(
        "RGB", (made.width(), made.height()), bytes(made.constBits()), "raw", "RGB", made.bytesPerLine(), 1
    )
    return raw if raw.size == size else raw.resize(size, Image.Resampling.LANCZOS)


def _of_few_colours(seen: list[Image.Image]) -> list[Image.Image]:
    """With the same colours in all frames of one step, a GIF keeps only where they differ."""
    wide, tall = SHOWN
    sheet = Image.new("RGB", (wide, tall * len(seen)))
    for row, each in enumerate(seen):
        sheet.paste(each, (0, row * tall))
    few = sheet.quantize(128, dither=Image.Dither.NONE)
    return [few.crop((0, row * tall, wide, (row + 1) * tall)) for row in range(len(seen))]


# What README's gallery shows: the arguments of `micrograd-gui render`, as they stand there.
GALLERY = (
    "neuron --step 8 --card --rankdir TB -o docs/pictures/neuron.svg",
    "neuron --step 8 --style canvas --theme dark -o docs/pictures/neuron-canvas.svg",
    "lecture --style canvas --theme print -o docs/pictures/lecture-print.svg",
    "mlp --style canvas -o docs/pictures/mlp.svg",
    "neuron --width 8.4cm --text 8pt -o docs/pictures/neuron-column.svg",
    "lecture --style canvas --fps 1 -o docs/pictures/lecture.gif",
)


def gallery() -> None:
    """Figures of the examples, by the command line."""
    os.chdir(ROOT)
    for line in GALLERY:
        if cli.main(["render", *line.split()]):
            raise SystemExit(line)


def main() -> None:
    gallery()
    app = QApplication([])
    picture("window.png", "light")
    picture("window-dark.png", "dark")
    tour()
    hall("hall.gif")
    app.quit()


if __name__ == "__main__":
    main()

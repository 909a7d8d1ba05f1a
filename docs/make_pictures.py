"""The pictures of README, made from the program: python docs/make_pictures.py"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()  # the pictures show a first start

from PySide6.QtCore import QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from micrograd_gui.app import cli, create_window

SIZE = QSize(1600, 900)


def picture(name: str, theme: str) -> None:
    """The lecture's neuron in the middle of its backward pass."""
    window = create_window("neuron")
    window.appearance.use_theme(theme)
    window.resize(SIZE)
    window.show()
    window.panes.arrange_as_at_first()
    QTest.qWait(1500)
    window.canvas.fit()
    session = window.session
    session.select([session.state.graph.named("w1")])
    session.check_all()
    session.forward()
    for _ in range(6):
        session.backward_step()
    QTest.qWait(1000)
    window.grab().save(str(ROOT / "docs" / "pictures" / name))
    session.saved_as_is()
    window.close()


# What README's gallery shows: the arguments of `micrograd-gui render`, as they stand there.
GALLERY = (
    "neuron --step 8 --card --rankdir TB -o docs/pictures/neuron.svg",
    "neuron --step 8 --style canvas --theme dark -o docs/pictures/neuron-canvas.svg",
    "lecture --style canvas --theme print -o docs/pictures/lecture-print.svg",
    "mlp --style canvas -o docs/pictures/mlp.svg",
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
    app.quit()


if __name__ == "__main__":
    main()

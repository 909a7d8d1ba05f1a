"""Whether a build renders byte for byte what an installed program does.

    python packaging/same_picture.py [PROGRAM]

The installed one is that of .venv-build, in which the build was made. The exit status is 0 where they are the
same.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import build

PICTURES = (
    ("render", "neuron", "-o", "neuron.svg"),
    ("render", "neuron", "--style", "canvas", "--step", "8", "--card", "-o", "canvas.svg"),
    ("render", "lecture", "-o", "lecture.pdf"),
    ("render", "mlp", "-o", "mlp.png"),
    ("render", "reuse", "-o", "reuse.html"),
    ("render", "lecture", "--step", "all", "-o", "lecture.gif"),
    ("train", "line", "--steps", "5", "--plot", "loss.svg"),
    ("train", "line", "--steps", "5", "--plot", "loss.pdf"),
    ("train", "line", "--steps", "5", "--plot", "loss.png"),
)


def program() -> Path:
    """The program of the folder that was built."""
    if sys.platform == "darwin":
        return build.DIST / "micrograd-gui.app" / "Contents" / "MacOS" / "micrograd-gui"
    return build.FOLDER / ("micrograd-gui.exe" if sys.platform == "win32" else "micrograd-gui")


def differing(built: Path) -> list[str]:
    """The pictures that differ; raises where one cannot be made."""
    different = []
    with tempfile.TemporaryDirectory() as folder:
        for *words, picture in PICTURES:
            contents = []
            for command in ([str(built)], [str(build.PYTHON), "-m", "micrograd_gui"]):
                out = Path(folder, picture)
                order = [*command, *words, str(out)]
                subprocess.run(order, check=True, cwd=build.ROOT, stdout=subprocess.DEVNULL)
                contents.append(out.read_bytes())
            if contents[0] != contents[1]:
                different.append(picture)
    return different


if __name__ == "__main__":
    found = differing(Path(sys.argv[1]).resolve() if sys.argv[1:] else program())
    print(f"other than installed: {', '.join(found)}" if found else "the same, byte for byte")
    sys.exit(bool(found))

"""What a build starts: the program, and its two ways to start itself as Python starts a module or a line."""

import os
import runpy
import sys

OWN = ("micrograd_gui.app.portrait",)  # modules that the program runs in a process of their own


def main() -> int:
    """Do what the command line says; gives the exit status."""
    if sys.platform == "linux":  # PyInstaller sets it: Qt needs it not here, and others not at all
        os.environ.pop("QT_PLUGIN_PATH", None)
    if sys.argv[1:2] == ["-m"] and sys.argv[2:3] and sys.argv[2] in OWN:
        name = sys.argv[2]
        del sys.argv[1:3]
        runpy.run_module(name, run_name="__main__", alter_sys=True)
        return 0
    if sys.argv[1:2] == [
        "-c"
    ]:  # whether Qt finds a display: micrograd_gui/app/screen.py asks nothing else so
        from PySide6.QtGui import QGuiApplication

        QGuiApplication([])
        return 0
    from micrograd_gui.__main__ import start

    return start()


if __name__ == "__main__":
    sys.exit(main())

"""`python -m micrograd_gui`: the same as the command `micrograd-gui`."""

import sys

from micrograd_gui.interrupts import leave_at_once


def start() -> int:
    """Do what the command line says; gives the exit status.

    While it loads there is nothing to tell, so Ctrl+C ends the program on the spot; `app.cli` and the window
    heed it where there is.
    """
    leave_at_once()
    from micrograd_gui.app.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(start())

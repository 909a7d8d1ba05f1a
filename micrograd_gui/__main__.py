"""`python -m micrograd_gui`: the same as the command `micrograd-gui`."""

import sys

from micrograd_gui.interrupts import INTERRUPTED, leave_at_once, let_finish


def start() -> int:
    """Do what the command line says; gives the exit status.

    While it loads there is nothing to tell, so Ctrl+C ends the program on the spot; `app.train` and the
    window heed it where there is.
    """
    leave_at_once()
    from micrograd_gui.app.cli import main

    try:
        status = main()
        if (opened := sys.modules.get("micrograd_gui.app.start")) is not None:  # there was a window
            opened.leave_what_goes_on(status)
        let_finish()
    except KeyboardInterrupt:  # between the two
        return INTERRUPTED
    return status


if __name__ == "__main__":
    sys.exit(start())

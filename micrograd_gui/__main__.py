"""`python -m micrograd_gui`: the same as the command `micrograd-gui`."""

import signal
import sys


def start() -> int:
    """Do what the command line says; gives the exit status.

    While it loads there is nothing to tell, so Ctrl+C ends the program on the spot instead of raising
    KeyboardInterrupt in the midst of an import; `app.cli` heeds it again where there is.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from micrograd_gui.app.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(start())

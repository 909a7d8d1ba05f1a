"""`python -m micrograd_gui`: the same as the command `micrograd-gui`."""

import sys

from micrograd_gui.app.cli import main

if __name__ == "__main__":
    sys.exit(main())

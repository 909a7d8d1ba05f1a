"""What a distribution's package puts into its `share`: `python packaging/share.py FOLDER`.

Menu entry, kind of file, icon, AppStream data, manual and completions: what `micrograd-gui --install-desktop`
writes for one user.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from micrograd_gui.app.cli import parsers
from micrograd_gui.app.desktop.install import write_shared

if __name__ == "__main__":
    write_shared(Path(sys.argv[1]), parsers(), ["micrograd-gui"])

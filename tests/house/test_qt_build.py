"""The build of Qt for Python that is installed keeps count of None."""

import subprocess
import sys

import pytest

CALLS = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
widget = QWidget()
before = sys.getrefcount(None)
for _ in range(1000):
    widget.update()
print(before - sys.getrefcount(None))
"""


@pytest.mark.qt
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_a_void_call_of_qt_does_not_take_a_reference_to_none() -> None:
    # in a process of its own: threads of other tests let go of None by the thousand
    done = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 500, "this build of PySide6 ends in an abort of Python"

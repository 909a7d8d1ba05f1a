"""Where the program's data lies: resources/ inside the installed package, or at the top of a checkout."""

from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a file or folder of resources/, as in `resource("examples", "neuron.micrograd")`."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    root = installed if installed.is_dir() else package.parent / "resources"
    return root.joinpath(*parts)

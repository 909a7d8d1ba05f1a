"""Where the program's data lies: resources/ in the package or at the top of a checkout, and its font."""

from pathlib import Path

FAMILY = "DejaVu Sans"  # the font of the window and of all figures


def resource(*parts: str) -> Path:
    """The path of a file or folder of resources/, as in `resource("examples", "neuron.micrograd")`."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    root = installed if installed.is_dir() else package.parent / "resources"
    return root.joinpath(*parts)


def font_folder() -> Path | None:
    """The folder in which matplotlib brings that font, so that no machine lacks it; None without it."""
    from importlib.util import find_spec  # what draws nothing does without

    spec = find_spec("matplotlib")  # found, not imported: that would take most of a second
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"

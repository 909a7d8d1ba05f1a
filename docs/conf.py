"""How Sphinx makes the site from the pages here; `python docs/make_site.py` runs it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

import made_pages  # noqa: E402  (of this folder)

import micrograd  # noqa: E402

project = "micrograd-gui"
author = "the micrograd-gui authors"
copyright = author
release = version = micrograd.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["README.md"]
default_role = "code"  # in docstrings `backward` is a word of code
language = "en"

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_use_ivar = True
add_module_names = False
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "micrograd-gui"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True}
html_show_sourcelink = False
html_copy_source = False
highlight_language = "none"  # most blocks are commands
pygments_style = "default"


def say_bars(_app, _what, _name, _of, _options, lines: list[str]) -> None:  # type: ignore[no-untyped-def]
    """In docstrings |x| is the size of x, and no substitution of reStructuredText."""
    lines[:] = [line.replace("|", r"\|") for line in lines]


def setup(app) -> None:  # type: ignore[no-untyped-def]
    """Pages that are made of the program itself are written before the others are read."""
    app.connect("builder-inited", lambda _: made_pages.write(ROOT / "docs" / "made"))
    app.connect("autodoc-process-docstring", say_bars)

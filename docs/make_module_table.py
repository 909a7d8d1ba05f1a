"""The table of modules in docs/architecture.md, from their first lines: python docs/make_module_table.py"""

from __future__ import annotations

import ast
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- modules: made by docs/make_module_table.py -->"
END = "<!-- end of modules -->"


def table() -> str:
    """A heading for each folder with what it is, and a row for each module with what it is."""
    paths = [path for package in ("micrograd", "micrograd_gui") for path in (ROOT / package).rglob("*.py")]
    paths.sort(key=lambda path: (path.parent.relative_to(ROOT).as_posix(), path.name))
    parts = []
    for folder, files in groupby(paths, key=lambda path: path.parent):
        rows = []
        about = ""
        for path in files:
            if path.name == "__init__.py":
                about = f": {_first_line(path)}"
            else:
                rows.append(f"| `{path.name}` | {_first_line(path).replace('|', chr(92) + '|')} |")
        heading = f"**`{folder.relative_to(ROOT).as_posix()}/`**{about}"
        parts.append("\n".join([f"{heading}\n", "| module | what it is |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def _first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]


def with_table(page: str) -> str:
    """The page with the table of today between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")

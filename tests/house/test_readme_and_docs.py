"""README and the documents are true: links lead somewhere, code and commands run, the site is made."""

import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

from micrograd_gui.app import cli
from micrograd_gui.files import documents

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
COMMANDS = ("render", "check", "train", "examples", "lessons")


def heads(text: str) -> set[str]:
    """The anchors of a page's headings, as forges and Sphinx make them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", TEXTS[page])
    inside = [link for link in links if "://" not in link]
    for link in inside:
        path, _, head = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        made = target.parent.name == "made"  # of the program, when the site is built
        assert made or target.exists(), link
        assert not head or head in heads(target.read_text("utf-8")), link
    for link in set(links) - set(inside):
        assert link.startswith("https://"), link


def commands() -> list[str]:
    """Each command without a window, once."""
    found: dict[str, None] = {}
    for text in TEXTS.values():
        for line in re.findall(rf"^ {{4,}}(micrograd-gui (?:{'|'.join(COMMANDS)})\b.*)$", text, re.MULTILINE):
            found[re.split(r"\s[;#] ?", line)[0].strip()] = None
    return list(found)


@pytest.mark.parametrize("command", commands())
def test_a_command_does_what_it_says(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs" / "pictures").mkdir(parents=True)
    documents.write(tmp_path / "net.micrograd", documents.load_example("neuron"))
    shutil.copy(ROOT / "resources" / "lessons" / "01-slope.toml", tmp_path / "mine.toml")
    monkeypatch.chdir(tmp_path)
    assert cli.main(shlex.split(command.replace("FILE", "mine.toml"))[1:]) == 0
    wanted = re.search(r"-o (\S+)", command)
    if wanted:
        made = Path(wanted[1])
        assert list(made.parent.glob(f"{made.stem}*{made.suffix}"))


def blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", TEXTS[page], re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [page for page in TEXTS if blocks(page)])
def test_code_runs_from_top_to_bottom(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(page):
        exec(compile(block, page, "exec"), names)


def test_the_pages_that_are_made_tell_every_command_and_every_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import made_pages

    try:
        format_, commands = made_pages.file_format(), made_pages.command_line()
    finally:
        del sys.modules["made_pages"]
    from micrograd_gui.document import codec

    for model in codec.schema()["$defs"].values():
        assert all(f"| `{field}` |" in format_ for field in model.get("properties", {}))
    for command in COMMANDS:
        assert f"usage: micrograd-gui {command}" in commands


class Fetched(HTMLParser):
    """What a browser fetches for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in ("script", "img", "link", "iframe", "source"):
            self.found += filter(None, (said.get("src"), said.get("href")))


@pytest.mark.slow(10)
@pytest.mark.skipif(find_spec("sphinx") is None, reason="Sphinx is not installed")
def test_the_site_is_made_without_a_complaint_and_fetches_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "make_site.py", tmp_path / "site"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {path.name: path.read_text("utf-8") for path in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "tour.html", "library.html", "command_line.html", "file_format.html"} <= set(pages)
    for name, text in pages.items():
        reader = Fetched()
        reader.feed(text)
        assert [each for each in reader.found if "//" in each] == [], name
    for style in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", style.read_text("utf-8")), style.name
    for name in ("gradcheck", "state_dict", "cross_entropy", "forward_mode"):
        assert name in pages["library.html"]

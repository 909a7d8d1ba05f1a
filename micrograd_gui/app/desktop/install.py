"""Installing for the desktop: menu entry, kind of file, icon, manual, completions; for one user or all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from micrograd.language import tr
from micrograd_gui.app.desktop import shell
from micrograd_gui.document.errors import Refusal
from micrograd_gui.files.atomic import write_all
from micrograd_gui.files.documents import example_names
from micrograd_gui.resource import ICON_SIZES, resource
from micrograd_gui.version import command, told

ENTRY = "applications/micrograd-gui.desktop"
_LISTS = {  # what makes the desktop's own lists anew, of which folder, and what they are called
    "update-mime-database": ("mime", (
        "aliases", "generic-icons", "globs", "globs2", "icons", "magic", "mime.cache", "subclasses",
        "treemagic", "types", "version", "XMLnamespaces", "application/x-micrograd-graph.xml",
    )),
    "update-desktop-database": ("applications", ("mimeinfo.cache",)),
}  # fmt: skip
_SECONDS = 60
_MADE = "X-Micrograd-Folders"  # in the entry, of the folders made for it


def shared_files(parsers: shell.Parsers, words: list[str], made: int = 0) -> Iterator[tuple[str, bytes]]:
    """All files by their places below a folder `share`, and what is in them; ``words`` start the program.

    The entry keeps how many folders are ``made`` for it, from `share` upwards.
    """
    entry = resource("desktop", "micrograd-gui.desktop").read_text("utf-8")
    run = " ".join(map(_in_entry, words))
    if made:
        entry = entry.replace("]\n", f"]\n{_MADE}={made}\n", 1)
    yield ENTRY, entry.replace("Exec=micrograd-gui ", f"Exec={run} ").encode()
    yield "mime/packages/micrograd-gui.xml", resource("desktop", "micrograd-gui.xml").read_bytes()
    name = "org.example.micrograd_gui.metainfo.xml"
    yield f"metainfo/{name}", resource("desktop", name).read_bytes()
    icons = "icons/hicolor"
    yield f"{icons}/scalable/apps/micrograd-gui.svg", resource("icons", "micrograd-gui.svg").read_bytes()
    for size in ICON_SIZES:
        picture = resource("icons", f"micrograd-gui-{size}.png").read_bytes()
        yield f"{icons}/{size}x{size}/apps/micrograd-gui.png", picture
    names = example_names()
    yield "man/man1/micrograd-gui.1", shell.manual(parsers, told()).encode()
    yield "bash-completion/completions/micrograd-gui", shell.bash(parsers, names).encode()
    yield "zsh/site-functions/_micrograd-gui", shell.zsh(parsers, names).encode()
    yield "fish/vendor_completions.d/micrograd-gui.fish", shell.fish(parsers, names).encode()


def write_shared(share: Path, parsers: shell.Parsers, words: list[str], made: int = 0) -> None:
    """Write them all below ``share``, or none; raises Refusal."""
    files = [(share / place, content) for place, content in shared_files(parsers, words, made)]
    for path, _ in files:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(
                tr("The folder {folder} cannot be made: {reason}.", folder=path.parent, reason=error.strerror)
            ) from None
    write_all(files)


def install(parsers: shell.Parsers) -> str:
    """Have the user's desktop know this copy of the program; gives a sentence. Raises Refusal."""
    share = _folder()
    made = _made(share) or sum(not each.exists() for each in (share, *share.parents))
    write_shared(share, parsers, command(), made)
    _make_lists(share)
    return tr(
        "micrograd-gui is in the menu and opens .micrograd files; what was written lies in {folder}. For "
        "zsh, put {functions} into fpath. --uninstall-desktop takes all of it away.",
        folder=share,
        functions=share / "zsh" / "site-functions",
    )


def uninstall(parsers: shell.Parsers) -> str:
    """Take away what `install` has written, and the folders that are empty then; gives a sentence.

    Raises Refusal where a file cannot be taken away.
    """
    share = _folder()
    made = _made(share)
    there = [share / place for place, _ in shared_files(parsers, command()) if (share / place).exists()]
    for path in there:
        try:
            path.unlink()
        except OSError as error:
            raise Refusal(
                tr("{file} cannot be taken away: {reason}.", file=path, reason=error.strerror)
            ) from None
    if not there:
        return tr("micrograd-gui was not in the menu.")
    _make_lists(share)
    lists = [share / folder / name for folder, names in _LISTS.values() for name in names]
    for path in lists:
        kept = (share / path.relative_to(share).parts[0]).rglob("*.*")
        if not any(each.suffix == ".desktop" or each.parent.name == "packages" for each in kept):
            path.unlink(missing_ok=True)  # a list of nothing any more
    for path in (*there, *lists):
        _remove_empty(path.parent, share)
    if made:
        _remove_empty(share, (share, *share.parents)[made])
    return tr("micrograd-gui is out of the menu.")


def _folder() -> Path:
    """Where the desktop looks for what is this user's own; raises Refusal where no desktop looks there."""
    if sys.platform in ("win32", "darwin"):
        raise Refusal(
            tr(
                "--install-desktop is for Linux and its like: "
                "on Windows the installer does this, on macOS the app itself."
            )
        )
    named = os.environ.get("XDG_DATA_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".local" / "share"


def _made(share: Path) -> int:
    """How many folders were made for what is installed there: `share`, the one above it, and so on."""
    try:
        entry = (share / ENTRY).read_text("utf-8", "replace")
    except OSError:
        return 0
    told = [line.removeprefix(f"{_MADE}=") for line in entry.splitlines() if line.startswith(f"{_MADE}=")]
    return min(int(told[0]), len(share.parents)) if told and told[0].isdecimal() else 0


def _in_entry(word: str) -> str:
    """A word as an argument of Exec: in quotes where it must be, and % doubled."""
    plain = word.replace("%", "%%")
    if not set(plain) & set(" \t\n\"'\\><~|&;$*?#()`"):
        return plain
    for each in ("\\", '"', "`", "$"):
        plain = plain.replace(each, f"\\{each}")
    quoted = f'"{plain}"'
    return quoted.replace("\\", "\\\\")  # which the file's own way of writing takes back


def _make_lists(share: Path) -> None:
    """Have the desktop look anew, where it has the programs for it; else it does so when it next starts."""
    for program, (folder, _) in _LISTS.items():
        found = shutil.which(program)
        if found is not None and (share / folder).is_dir():
            subprocess.run([found, str(share / folder)], capture_output=True, timeout=_SECONDS)


def _remove_empty(folder: Path, below: Path) -> None:
    """Remove a folder and those above it that are empty, up to one that stays."""
    while folder != below and below in folder.parents:
        try:
            folder.rmdir()
        except OSError:  # something is in it, or it is gone already
            if folder.exists():
                return
        folder = folder.parent

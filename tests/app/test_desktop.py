"""The desktop knows the program: menu entry, kind of file, icon, manual, completions, files to open."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from PySide6.QtGui import QAction

import micrograd
from micrograd_gui import languages
from micrograd_gui.app.cli import main, parsers
from micrograd_gui.app.desktop import install, shell
from micrograd_gui.app.desktop.application import DESKTOP_ID, icon
from micrograd_gui.document.codec import FORMAT
from micrograd_gui.document.errors import Refusal
from micrograd_gui.files.documents import SUFFIX, example_names
from micrograd_gui.resource import ICON_SIZES, resource

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's desktop looks; its own lists are not made anew."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setattr(install, "_make_lists", lambda folder: None)
    return tmp_path / "share"


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_it_is_installed_for_the_user_and_taken_away_again_whole(
    share: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = share / "applications" / "other.desktop"
    other.parent.mkdir(parents=True)
    other.write_text("[Desktop Entry]\n")
    assert main(["--install-desktop"]) == 0
    assert f"lies in {share}" in capsys.readouterr().out
    once = files_in(share)
    assert {"applications/micrograd-gui.desktop", "man/man1/micrograd-gui.1"} <= once.keys()
    assert main(["--install-desktop"]) == 0
    assert files_in(share) == once
    (share / "mime" / "mime.cache").write_text("")  # as the desktop's own programs leave it
    assert main(["--uninstall-desktop"]) == 0
    assert [path.name for path in share.rglob("*")] == ["applications", "other.desktop"]
    assert main(["--uninstall-desktop"]) == 0
    assert "was not in the menu" in capsys.readouterr().out


@pytest.mark.parametrize("had", [0, 1, 2])
def test_folders_that_were_made_for_it_go_with_it_and_those_that_were_there_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, had: int
) -> None:
    home = tmp_path / "home"
    folders = [home, home / ".local", home / ".local" / "share"]
    folders[had].mkdir(parents=True)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setattr(install, "_make_lists", lambda folder: None)
    assert main(["--install-desktop"]) == 0
    once = files_in(home)
    assert main(["--install-desktop"]) == 0
    assert files_in(home) == once
    assert main(["--uninstall-desktop"]) == 0
    assert [folder.exists() for folder in folders] == [at <= had for at in range(3)]


def test_a_folder_made_for_it_stays_with_what_others_have_put_there(share: Path) -> None:
    assert main(["--install-desktop"]) == 0
    (share / "other").write_text("")
    assert main(["--uninstall-desktop"]) == 0
    assert [path.name for path in share.rglob("*")] == ["other"]


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(share: Path) -> None:
    share.write_text("a file")
    with pytest.raises(Refusal, match=r"The folder .* cannot be made"):
        install.install(parsers())


def test_the_menu_entry_starts_this_copy_whatever_its_path(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ['/a b/$HOME 100%/mi"c`ro\\', "-m", "x"]
    monkeypatch.setattr(install, "command", lambda: words)
    install.install(parsers())
    entry = (share / install.ENTRY).read_text("utf-8")
    run = re.search("^Exec=(.*) %u$", entry, re.MULTILINE)[1].replace("\\\\", "\\")
    first, rest = re.fullmatch(r'"((?:[^"\\]|\\.)*)" (.*)', run).groups()
    assert [re.sub(r"\\(.)", r"\1", first).replace("%%", "%"), *rest.split()] == words


@pytest.mark.parametrize(
    ("program", "file"),
    [
        (["desktop-file-validate"], "applications/micrograd-gui.desktop"),
        (["appstreamcli", "validate", "--no-net"], "metainfo/org.example.micrograd_gui.metainfo.xml"),
        (["bash", "-n"], "bash-completion/completions/micrograd-gui"),
        (["zsh", "-n"], "zsh/site-functions/_micrograd-gui"),
        (["fish", "-n"], "fish/vendor_completions.d/micrograd-gui.fish"),
        (["groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-z"], "man/man1/micrograd-gui.1"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_each_file_is_as_those_who_read_it_want_it(program: list[str], file: str, tmp_path: Path) -> None:
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not installed")
    path = tmp_path / Path(file).name
    path.write_bytes(dict(install.shared_files(parsers(), ["micrograd-gui"]))[file])
    done = subprocess.run([*program, str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def test_the_texts_of_the_desktop_say_what_the_program_says() -> None:
    entry = resource("desktop", "micrograd-gui.desktop").read_text("utf-8")
    kind = ElementTree.parse(resource("desktop", "micrograd-gui.xml")).getroot()[0]
    about = ElementTree.parse(resource("desktop", "org.example.micrograd_gui.metainfo.xml")).getroot()
    assert kind.get("type") == f"application/x-{FORMAT}"
    assert f"MimeType={kind.get('type')};" in entry
    assert kind[-1].get("pattern") == f"*{SUFFIX}"
    assert about.find("provides/mediatype").text == kind.get("type")
    assert about.find("launchable").text == Path(install.ENTRY).name == f"{DESKTOP_ID}.desktop"
    assert about.find("releases/release").get("version") == micrograd.__version__


def test_menu_kind_of_file_and_app_store_speak_each_language() -> None:
    entry = resource("desktop", "micrograd-gui.desktop").read_text("utf-8")
    wanted = set(languages.offered()) - {"en"}
    assert wanted >= {"de", "ja"}
    for key in ("GenericName", "Comment"):
        assert set(re.findall(rf"^{key}\[(\w+)\]=\S", entry, re.MULTILINE)) == wanted, key
    for file, tag in (
        ("micrograd-gui.xml", "comment"),
        ("org.example.micrograd_gui.metainfo.xml", "summary"),
    ):
        texts = [
            each for each in ElementTree.parse(resource("desktop", file)).iter() if each.tag.endswith(tag)
        ]
        spoken = "{http://www.w3.org/XML/1998/namespace}lang"
        assert {each.get(spoken) for each in texts} - {None} == wanted, file
        assert len({each.text for each in texts}) == len(texts), file


def test_what_the_package_tells_of_its_own_addresses_the_desktop_tells_too() -> None:
    own = {"Homepage": "homepage", "Issues": "bugtracker", "Source": "vcs-browser"}
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    assert all(re.fullmatch(r"https://\S+", address) for address in package.values())
    assert max(map(len, package)) <= 32, "an index of packages takes no longer names"
    about = ElementTree.parse(resource("desktop", "org.example.micrograd_gui.metainfo.xml")).getroot()
    told = {each.get("type"): each.text for each in about.findall("url")}
    assert told == {own[name]: address for name, address in package.items() if name in own}


def test_manual_and_completions_have_every_option_of_every_command() -> None:
    commands = parsers()
    texts = [make(commands, example_names()) for make in (shell.bash, shell.zsh, shell.fish)]
    manual = shell.manual(commands, "1.0").replace("\\-", "-")
    assert "@" not in manual + texts[0] + texts[1].replace("$@", "").replace("(@)", "")
    for name, parser in commands.items():
        assert name in manual
        assert all(name in text for text in texts)
        for option in shell.options_of(parser):
            for word in option.words:
                assert word in manual
                assert word in texts[0]
                assert word in texts[1]
                assert f"-l {word[2:]} " in texts[2] or f"-s {word[1:]} " in texts[2]
            assert all(choice in text for choice in option.choices for text in texts)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_options_choices_and_names(tmp_path: Path) -> None:
    (tmp_path / "completion").write_text(shell.bash(parsers(), example_names()))
    (tmp_path / "a file.micrograd").touch()
    asked = {
        ("ren",): ["render"],
        ("render", "--sty"): ["--style"],
        ("render", "--style", "c"): ["canvas"],
        ("check", "lect"): ["lecture"],
        ("check", "a"): ["a file.micrograd"],
        ("--vers",): ["--version"],
        ("--language", "d"): ["de"],
        ("--lesson", "ch"): ["chain-rule"],
        ("--language", "=", "d"): ["de"],
        ("check", "--language", "="): ["en", "de", "es", "fr", "zh_CN", "ja"],
        ("--debug", "--language", "de", "ren"): ["render"],
        ("--language", "=", "de", "render", "--sty"): ["--style"],
        ("--language", "de", "render", "--style", "c"): ["canvas"],
    }
    lines = [". ./completion"]
    for words in asked:
        lines.append(f"COMP_WORDS=(micrograd-gui {' '.join(words)}); COMP_CWORD={len(words)}; _micrograd_gui")
        lines.append("printf '%s|' \"${COMPREPLY[@]}\"; echo")
    done = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr == ""
    assert [line.strip("|").split("|") for line in done.stdout.splitlines()] == list(asked.values())


# The icon ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def make():
    """The script that draws the icon."""
    spec = importlib.util.spec_from_file_location("icons_make", ROOT / "resources" / "icons" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pictures_of_the_icon_are_those_of_the_drawing(make, qapp) -> None:
    for size in make.SIZES:
        kept = Image.open(resource("icons", f"micrograd-gui-{size}.png")).convert("RGBA")
        assert kept.size == (size, size)
        difference = ImageChops.difference(kept, make.drawn(size))
        assert max(ImageStat.Stat(difference).mean) < 2, "run: python resources/icons/make.py"
    assert {size.width() for size in icon().availableSizes()} == {*make.SIZES}
    assert ICON_SIZES == make.SIZES


def test_windows_and_macos_get_it_in_their_own_form(make, qapp, tmp_path: Path) -> None:
    make.write_all(tmp_path)
    with Image.open(tmp_path / "micrograd-gui.ico") as ico:
        assert {width for width, _ in ico.info["sizes"]} == {*make.OF_WINDOWS}
    with Image.open(tmp_path / "micrograd-gui.icns") as icns:
        assert max(width * scale for width, _, scale in icns.info["sizes"]) == 1024


# What the desktop tells a running program ----------------------------------------------------------


def test_a_file_that_the_desktop_wants_opened_is_opened_also_where_it_came_too_early() -> None:
    code = (
        "from PySide6.QtCore import QCoreApplication\n"
        "from PySide6.QtGui import QFileOpenEvent\n"
        "from micrograd_gui.app.desktop.application import application\n"
        "app = application()\n"
        "QCoreApplication.sendEvent(app, QFileOpenEvent('/a b.micrograd'))\n"
        "app.open_by(print)\n"
        "QCoreApplication.sendEvent(app, QFileOpenEvent('/c.svg'))\n"
        "app.wear_icon()\n"
        "print(app.desktopFileName(), app.windowIcon().isNull())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["/a b.micrograd", "/c.svg", "micrograd-gui False"], done.stderr


def test_what_is_wanted_opens_here_where_nothing_was_done_and_beside_it_else(
    opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from micrograd_gui.app import start

    beside = []
    monkeypatch.setattr(start, "open_beside", beside.append)
    window = opened("lecture")
    path = tmp_path / "a.micrograd"
    micrograd_file(path)
    start._open_wanted(window, path)
    assert window.session.state.path == path
    start._open_wanted(window, path)
    assert beside == [path]


def micrograd_file(path: Path) -> None:
    path.write_bytes(resource("examples", "neuron.micrograd").read_bytes())


def test_macos_finds_about_and_quit_and_moves_nothing_else(opened) -> None:
    roles = {action.objectName(): action.menuRole() for action in opened("lecture").findChildren(QAction)}
    told = {name: role for name, role in roles.items() if name and role != QAction.MenuRole.NoRole}
    own = {"about": QAction.MenuRole.AboutRole, "quit": QAction.MenuRole.QuitRole}
    assert own.items() <= told.items()
    assert {*told.values()} <= {*own.values(), QAction.MenuRole.TextHeuristicRole}

"""Builds to double-click: what is in them; and, where it is asked for, the Linux ones made and started.

`MICROGRAD_GUI_BUILDS=FOLDER` asks for it: FOLDER/chroot is made by debootstrap (as root), a Debian without
Python.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from matplotlib.backend_bases import get_registered_canvas_class

import micrograd
from micrograd_gui.export import loss_curve
from micrograd_gui.resource import resource

ROOT = Path(__file__).resolve().parents[2]
ASKED = os.environ.get("MICROGRAD_GUI_BUILDS")
LIBRARIES = ("libgl1", "libegl1", "libfontconfig1", "libxkbcommon0", "libdbus-1-3")  # as any desktop has them


@pytest.fixture(scope="module")
def contents() -> ModuleType:
    """What is in a build."""
    spec = importlib.util.spec_from_file_location("contents", ROOT / "packaging" / "contents.py")
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_all_that_the_program_reads_is_in_a_build(contents: ModuleType) -> None:
    places = {f"{where}/{Path(path).name}" for path, where in contents.data()}
    root = resource()
    for path in root.rglob("*"):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            assert f"micrograd_gui/resources/{path.relative_to(root).as_posix()}" in places
    assert {"micrograd.engine", "micrograd_gui", "micrograd_gui.app.portrait"} <= {*contents.own_modules()}
    assert contents.graphviz().is_file()


def test_a_build_has_what_writes_each_form_of_a_plot(contents: ModuleType) -> None:
    writers = {get_registered_canvas_class(suffix[1:]).__module__ for suffix in loss_curve.SUFFIXES}
    found = {"matplotlib.backends.backend_agg"}  # ours names it
    assert writers - found == {*contents.BY_NAME}


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="notices are known on Debian alone")
def test_what_is_taken_of_the_system_comes_with_its_notice_and_the_licenses_it_names(
    contents: ModuleType, tmp_path: Path
) -> None:
    own = Path(msgspec.__file__).with_name("_core.so")
    asked = [str(own), "/usr/bin/dpkg-query", "/usr/bin/dpkg"]  # of one package, which every Debian has
    found = dict(contents.notices_of_system(asked))
    assert found.pop("NOTICES/system/dpkg.txt") == Path("/usr/share/doc/dpkg/copyright")
    assert "NOTICES/system/common-licenses/GPL-2.txt" in found
    assert all(path.is_file() for path in found.values())
    stray = tmp_path / "stray.so"
    stray.touch()
    with pytest.raises(LookupError, match=r"stray\.so came with no package"):
        list(contents.notices_of_system([str(stray)]))


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
        ("matplotlib/mpl-data/fonts/ttf/DejaVuSans-Bold.ttf", True),
        ("matplotlib/mpl-data/fonts/ttf/STIXSizOneSymReg.ttf", True),
        ("matplotlib/mpl-data/fonts/ttf/LastResortHE-Regular.ttf", True),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("PySide6/Qt/translations/qtbase_pl.qm", False),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("PySide6\\Qt6Qml.dll", False),
        ("matplotlib/mpl-data/sample_data/goog.npz", False),
        ("matplotlib/mpl-data/fonts/afm/cmex10.afm", False),
    ],
)
def test_what_nothing_here_reads_is_left_out(contents: ModuleType, name: str, used: bool) -> None:
    assert contents.is_used(name) is used


def test_every_notice_that_a_license_asks_for_is_in_a_build(contents: ModuleType, tmp_path: Path) -> None:
    contents.write_notices(tmp_path / "NOTICES")
    folder = tmp_path / "NOTICES"
    for name in contents.DISTRIBUTIONS:
        if name != "tzdata":  # which Windows alone needs
            assert any((folder / name).iterdir()), name
    text = (folder / "PySide6-Essentials" / "LGPL-3.0.txt").read_text("utf-8")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "Eclipse Public License" in (folder / "graphviz-pure" / "LICENSE").read_text("utf-8")
    assert (folder / "matplotlib" / "LICENSE_DEJAVU").exists()
    assert f"micrograd-gui {micrograd.__version__}\n" in (folder / "versions.txt").read_text("utf-8")
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    known = {name.lower() for name in contents.DISTRIBUTIONS}
    assert {line.split("==")[0] for line in locked.splitlines() if "==" in line} <= known


def test_the_recipe_for_windows_opens_the_files_that_the_program_saves() -> None:
    recipe = (ROOT / "packaging" / "installer.iss").read_text("utf-8")
    assert r"Software\Classes\.micrograd" in recipe
    assert "micrograd-gui-window.exe" in recipe
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "micrograd-gui-window" in project["gui-scripts"]


@pytest.mark.parametrize(("what", "by"), [("appimage", "cc and mksquashfs"), ("installer", "ISCC")])
def test_a_build_that_lacks_a_program_says_so_before_it_builds(what: str, by: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "build.py"), what],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"{what} is made by {by}, not found here")


# Made and started ----------------------------------------------------------------------------------

asked = pytest.mark.skipif(not ASKED, reason="builds are made where MICROGRAD_GUI_BUILDS names a folder")


@pytest.fixture(scope="module")
def appimage() -> Path:
    """The AppImage of this checkout, and with it the folder in dist/."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "build.py"), "appimage"], stdout=subprocess.PIPE, text=True
    )
    assert done.returncode == 0
    return Path(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def chroot() -> Path:
    """A Debian without Python; it stays for the next time."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        pytest.skip("a chroot takes root and debootstrap")
    made = Path(ASKED) / "chroot"
    if not (made / "usr").exists():
        order = [
            "debootstrap",
            "--variant=minbase",
            f"--include={','.join(LIBRARIES)}",
            "bookworm",
            str(made),
        ]
        subprocess.run(order, check=True, stdout=subprocess.DEVNULL)
    assert not list(made.glob("usr/bin/python3*"))
    return made


@asked
@pytest.mark.slow(300)
@pytest.mark.timeout(1800)
def test_a_build_renders_byte_for_byte_what_is_rendered_here(appimage: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "same_picture.py")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@asked
@pytest.mark.slow(60)
@pytest.mark.timeout(1800)
def test_the_appimage_starts_where_there_is_no_python(appimage: Path, chroot: Path) -> None:
    shutil.copy(appimage, chroot / "tmp" / "micrograd-gui")
    program = shutil.which("chroot")  # on root's own path, which the program inside has not

    def inside(*words: str) -> subprocess.CompletedProcess:
        clean = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
        order = [program, str(chroot), "sh", "-c", 'cd /tmp && exec ./micrograd-gui "$@"', "sh", *words]
        return subprocess.run(order, capture_output=True, text=True, env=clean)

    said = inside("--version")
    assert said.stdout.startswith(f"micrograd-gui {micrograd.__version__}"), said.stderr
    assert inside("check", "lecture").returncode == 0
    played = inside()  # there is no screen: the graph is played through, and the window draws itself unseen
    assert played.returncode == 0, played.stderr
    assert (chroot / "tmp" / "out" / "window.png").stat().st_size > 50_000

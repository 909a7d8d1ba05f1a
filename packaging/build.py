"""Builds to double-click, one command each; what is made lies in dist/.

    python3 packaging/build.py folder       on Linux and Windows: a folder that needs no Python
    python3 packaging/build.py appimage     on Linux: one file (mksquashfs and cc make it)
    python3 packaging/build.py app          on macOS: micrograd-gui.app, also as a .dmg
    python3 packaging/build.py zip          on Windows: the folder as a portable zip
    python3 packaging/build.py installer    on Windows: an installer, by Inno Setup (ISCC on the PATH)

It needs Python 3.11 to 3.14 with pip, and on Linux a Python with a shared library. Its own environment is
.venv-build.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

import run

ENVIRONMENT = ROOT / ".venv-build"
PYTHON = ENVIRONMENT / run.PYTHON.relative_to(run.VENV)
DIST, WORK = ROOT / "dist", ROOT / "build"
FOLDER = DIST / "micrograd-gui"
PROGRAMS = {"appimage": ("mksquashfs", "cc"), "app": ("hdiutil",), "installer": ("ISCC",)}  # that make it
PACKAGES = "squashfs-tools gcc libc6-dev libsquashfuse-dev zlib1g-dev libzstd-dev liblzma-dev liblz4-dev"
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-build.lock"]


def folder() -> Path:
    """The program in a folder."""
    if not PYTHON.exists():
        venv.EnvBuilder(symlinks=os.name != "nt").create(ENVIRONMENT)
    run.install(LOCKS, PYTHON, bytecode=False)
    shutil.rmtree(WORK / "made", ignore_errors=True)
    ran(PYTHON, HERE / "contents.py", WORK / "made")
    options = ["--noconfirm", "--log-level", "WARN", "--distpath", DIST, "--workpath", WORK / "pyinstaller"]
    ran(PYTHON, "-m", "PyInstaller", *options, HERE / "micrograd-gui.spec", MICROGRAD_GUI_WORK=WORK / "made")
    if sys.platform.startswith("linux"):
        if strip := shutil.which("strip"):
            for library in (FOLDER / "lib").glob("libpython*.so*"):
                ran(strip, "--strip-unneeded", library)
        ran(PYTHON, HERE / "share.py", FOLDER / "share")
    shutil.move(FOLDER / "lib" / "NOTICES", FOLDER / "NOTICES") if sys.platform != "darwin" else None
    return FOLDER


def appimage(runtime: Path | None) -> Path:
    """The program in one file."""
    first = bytearray((runtime or own_runtime()).read_bytes())  # where it cannot be made nothing else is
    made = folder()
    tree = WORK / "AppDir"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(made, tree / "usr" / "micrograd-gui", symlinks=True)
    shutil.move(tree / "usr" / "micrograd-gui" / "share", tree / "usr" / "share")
    for name in (
        "usr/share/applications/micrograd-gui.desktop",
        "usr/share/icons/hicolor/256x256/apps/micrograd-gui.png",
    ):
        shutil.copy(tree / name, tree)
    (tree / ".DirIcon").symlink_to("micrograd-gui.png")
    (tree / "AppRun").symlink_to("usr/micrograd-gui/micrograd-gui")
    image = WORK / "image.squashfs"
    image.unlink(missing_ok=True)
    ran("mksquashfs", tree, image, "-root-owned", "-noappend", "-comp", "zstd", "-quiet", "-no-progress")
    first[8:11] = b"AI\x02"  # by which an AppImage is known
    whole = DIST / f"micrograd-gui-{version()}-{platform.machine()}.AppImage"
    whole.write_bytes(bytes(first) + image.read_bytes())
    whole.chmod(0o755)
    return whole


def own_runtime() -> Path:
    """What the AppImage begins with, where no other is given (`--runtime`): it unpacks what follows."""
    made = WORK / "runtime"
    WORK.mkdir(exist_ok=True)
    ran(
        "cc", "-O2", "-static", "-s", "-D_FILE_OFFSET_BITS=64", "-o", made, HERE / "appimage_runtime.c",
        "-lsquashfuse", "-lz", "-lzstd", "-llzma", "-llz4",
    )  # fmt: skip
    return made


def app() -> Path:
    """The program as macOS has it, and a disk image with it; not signed."""
    folder()
    bundle = DIST / "micrograd-gui.app"
    image = DIST / f"micrograd-gui-{version()}-{platform.machine()}.dmg"
    ran("hdiutil", "create", "-ov", "-volname", "micrograd-gui", "-srcfolder", bundle, image)
    return image


def portable() -> Path:
    """The program's folder as a zip."""
    folder()
    name = DIST / f"micrograd-gui-{version()}-{platform.machine()}"
    return Path(shutil.make_archive(str(name), "zip", DIST, "micrograd-gui"))


def installer() -> Path:
    """An installer for Windows, for one user or for all, which has .micrograd files open in the program."""
    folder()
    ran("ISCC", f"/DVersion={version()}", f"/DFolder={FOLDER}", f"/O{DIST}", HERE / "installer.iss")
    return DIST / f"micrograd-gui-{version()}-setup.exe"


def version() -> str:
    """The number, as the program says it."""
    from micrograd import __version__

    return __version__


def ran(*words: object, **variables: object) -> None:
    """Run a command to its end; raises where it fails."""
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    subprocess.run([str(word) for word in words], check=True, env=environment, cwd=ROOT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("folder", "appimage", "app", "zip", "installer"))
    parser.add_argument(
        "--runtime", type=Path, metavar="FILE", help="what the AppImage begins with, if not our own"
    )
    given = parser.parse_args()
    programs = set(PROGRAMS.get(given.what, ())) - ({"cc"} if given.runtime else set())
    if lacking := sorted(each for each in programs if shutil.which(each) is None):
        hint = f" (Debian: apt-get install {PACKAGES})" if given.what == "appimage" else ""
        sys.exit(f"{given.what} is made by {' and '.join(lacking)}, not found here{hint}.")
    made = {"folder": folder, "app": app, "zip": portable, "installer": installer}
    print(appimage(given.runtime) if given.what == "appimage" else made[given.what]())


if __name__ == "__main__":
    try:
        main()
    except run.SetUpFailed as problem:
        sys.exit(str(problem))
    except subprocess.CalledProcessError as problem:
        sys.exit(f"{Path(problem.cmd[0]).name} failed, see above: status {problem.returncode}.")

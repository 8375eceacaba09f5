"""Takes from a base what no container of ours needs, and gives everything that stays a plain mode.

Runs as root, as a step of a Dockerfile, on the filesystem that the image will have. Of a Debian base the packages stay
that Python needs, a shell and the core tools; every other package goes, from the package database too, so that scanners
are told the truth. Then go pip, compilers, documentation, caches and the standard library's own tests. What stays has
no setuid bit, is root's and world-readable, and nobody else may write anything but an empty /tmp. The bytecode is
checked against nothing, because a file's time is that of the build and not that of its source.
"""

import compileall
import os
import py_compile
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

UID = 65532

# libstdc++6: the CEL library's wheel takes it from the system.
ROOTS = (
    "base-files",
    "base-passwd",
    "ca-certificates",
    "coreutils",
    "dash",
    "libc-bin",
    "libstdc++6",
    "netbase",
    "python3",
)
# What these depend on only to be installed or configured.
NOT_FOLLOWED = {"awk", "debconf", "debconf-2.0", "debianutils", "dpkg", "mawk", "media-types"}

# What belongs to no package, or is of no use in one that stays. Patterns below the root.
LEFTOVERS = (
    "boot/*",
    "etc/.pwd.lock",
    "etc/*-",
    "etc/alternatives/*.gz",
    "etc/apt",
    "etc/cron*",
    "etc/fstab",
    "etc/gshadow",
    "etc/hostname",
    "etc/hosts",
    "etc/init.d",
    "etc/logrotate.d",
    "etc/machine-id",
    "etc/mtab",
    "etc/pam*",
    "etc/rc*.d",
    "etc/resolv.conf",
    "etc/rmt",
    "etc/security",
    "etc/shadow",
    "etc/shells",
    "etc/skel",
    "etc/sub?id*",
    "etc/systemd",
    "home/*",
    "media",
    "mnt",
    "opt",
    "root/.[a-z]*",
    "srv",
    "usr/games",
    "usr/include",
    "usr/lib/*/gconv",
    "usr/lib/gcc",
    "usr/lib/locale",
    "usr/lib/systemd",
    "usr/local/bin/2to3*",
    "usr/local/bin/idle*",
    "usr/local/bin/pip*",
    "usr/local/bin/pydoc*",
    "usr/local/bin/python*-config",
    "usr/local/bin/wheel*",
    "usr/local/games",
    "usr/local/include",
    "usr/local/lib/pkgconfig",
    "usr/local/share/man",
    "usr/local/src",
    "usr/share/bug",
    "usr/share/doc-base",
    "usr/share/info",
    "usr/share/lintian",
    "usr/share/locale",
    "usr/share/man",
    "usr/src",
    "var/backups",
    "var/cache",
    "var/lib/apt",
    "var/lib/dpkg/*-old",
    "var/lib/dpkg/info/*.p*",
    "var/lib/dpkg/info/*.templates",
    "var/lib/dpkg/lock*",
    "var/lib/dpkg/triggers",
    "var/lib/pam",
    "var/lib/shells.state",
    "var/lib/systemd",
    "var/local",
    "var/log",
    "var/mail",
    "var/opt",
    "var/spool",
)

# Below the standard library.
LIBRARY = (
    "config-*",
    "distutils",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "test",
    "tkinter",
    "turtle.py",
    "turtledemo",
    "*/tests",
)

# What the build mounts; /build is its context.
MOUNTED = {"build", "dev", "proc", "sys"}


def main() -> int:
    """Make the root filesystem slim."""
    root = Path("/")
    library = Path(sysconfig.get_path("stdlib"))
    if (root / "var/lib/dpkg/status").is_file():
        remove_packages(root)
    for pattern in LEFTOVERS:
        remove_all(root, pattern)
    for pattern in LIBRARY:
        remove_all(library, pattern)
    for name in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        remove_all(Path(name), "*")
    for name in ("tmp", "var/tmp", "run"):
        remove_all(root / name, "*")
    add_user(root)
    leave_copyright(root / "usr/share/doc")
    remove_dangling(root)
    compile_library(library)
    plain(root)
    return 0


def remove_packages(root: Path) -> None:
    """Remove the files of every Debian package that Python does not need, and its paragraph."""
    status = root / "var/lib/dpkg/status"
    paragraphs = {}
    for text in status.read_text("utf-8").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in text.splitlines() if re.match(r"[A-Za-z-]+: ", line))
        if fields.get("Status", "").endswith(" installed"):
            paragraphs[fields["Package"]] = (fields, text)
    files = {name: owned(root, name) for name in paragraphs}
    kept = needed({name: fields for name, (fields, _) in paragraphs.items()}, files)
    stay = {os.path.realpath(path) for name in kept for path in files[name]}
    gone = sorted({path for name in set(paragraphs) - kept for path in files[name]}, reverse=True)
    for path in map(Path, gone):
        if os.path.realpath(path) not in stay and (path.is_symlink() or not path.is_dir()):
            remove(path)
    for path in map(Path, gone):  # the deepest first, so that a folder is empty when its turn comes
        if os.path.realpath(path) not in stay and path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for path in sorted((root / "var/lib/dpkg/info").iterdir()):
        if package_of(path) in set(paragraphs) - kept:
            remove(path)
    status.write_text("\n\n".join(paragraphs[name][1].strip("\n") for name in sorted(kept)) + "\n", "utf-8")


def owned(root: Path, package: str) -> list[str]:
    """Return the paths that a package brought, folders included."""
    lists = [path for path in (root / "var/lib/dpkg/info").glob("*.list") if package_of(path) == package]
    return [line for path in lists for line in path.read_text("utf-8").splitlines() if line != "/."]


def package_of(path: Path) -> str:
    """Return the package of a file in dpkg's info folder, such as ``libc6`` of ``libc6:amd64.list``."""
    return path.stem.partition(":")[0]


def needed(fields: dict[str, dict[str, str]], files: dict[str, list[str]]) -> set[str]:
    """Return the packages that stay: the roots, what they depend on, and the libraries of a Python of no package."""
    provided: dict[str, str] = {}
    for name in sorted(fields):
        for virtual in re.findall(r"[a-z0-9][a-z0-9+.-]+", re.sub(r"\([^)]*\)", "", fields[name].get("Provides", ""))):
            provided.setdefault(virtual, name)
    todo = [name for name in ROOTS if name in fields]
    if "python3" not in fields:
        todo += owners(shared_libraries(), files)
    kept: set[str] = set()
    while todo:
        name = todo.pop()
        if name in kept or name in NOT_FOLLOWED:
            continue
        kept.add(name)
        wanted = f"{fields[name].get('Depends', '')},{fields[name].get('Pre-Depends', '')}"
        for group in wanted.split(","):
            names = [choice.split("(")[0].split(":")[0].strip() for choice in group.split("|")]
            found = [provided.get(one, one) for one in names if one not in NOT_FOLLOWED]
            todo += [one for one in found if one in fields][:1]
    return kept


def shared_libraries() -> set[str]:
    """Return the real paths of the libraries that this Python and its modules load."""
    modules = [sys.executable, *map(str, Path(sysconfig.get_path("stdlib")).glob("lib-dynload/*.so"))]
    told = subprocess.run(["ldd", *modules], capture_output=True, text=True, check=False).stdout  # noqa: S603, S607 - the base's own
    return {os.path.realpath(path) for path in re.findall(r"=> (/\S+)", told)}


def owners(paths: set[str], files: dict[str, list[str]]) -> list[str]:
    """Return the packages that brought any of the paths."""
    return [name for name, own in files.items() if any(os.path.realpath(path) in paths for path in own)]


def remove(path: Path) -> None:
    """Remove a file, a link or a folder; what the build mounted there stays."""
    try:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path)
    except OSError as error:
        sys.stderr.write(f"slim: {path} stays: {error.strerror}\n")


def remove_all(folder: Path, pattern: str) -> None:
    """Remove whatever a pattern finds below a folder."""
    for path in sorted(folder.glob(pattern)):
        remove(path)


def remove_dangling(root: Path) -> None:
    """Remove links to what is gone, until none is left: one may have pointed to another."""
    while found := [
        path
        for top in sorted(root.iterdir())
        if top.name not in MOUNTED
        for path in (top, *(() if top.is_symlink() else top.rglob("*")))
        if path.is_symlink() and not path.exists()
    ]:
        for path in found:
            path.unlink()


def leave_copyright(folder: Path) -> None:
    """Leave of the documentation what licenses ask for: the copyright files."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.name != "copyright":
            path.unlink()


def add_user(root: Path) -> None:
    """Give the user of our containers a name; who has none confuses what looks one up."""
    for file, line in (
        ("etc/passwd", f"nonroot:x:{UID}:{UID}:nonroot:/:/usr/sbin/nologin\n"),
        ("etc/group", f"nonroot:x:{UID}:\n"),
    ):
        text = (root / file).read_text("utf-8")
        if f":{UID}:" not in text:
            (root / file).write_text(text + line, "utf-8")


def compile_library(library: Path) -> None:
    """Compile the standard library anew, and remove bytecode elsewhere."""
    for folder in sorted(Path("/usr").rglob("__pycache__")):
        shutil.rmtree(folder)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(library, quiet=1, invalidation_mode=mode):
        raise SystemExit(f"slim: {library} cannot be compiled")


def plain(root: Path) -> None:
    """Set owner and mode of everything: root's, world-readable, no setuid and no setgid."""
    for top in sorted(root.iterdir()):
        if top.name in MOUNTED or top.is_symlink() or not top.is_dir():
            continue
        for path in (top, *sorted(top.rglob("*"))):
            found = path.lstat()
            try:
                os.chown(path, 0, 0, follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    path.chmod(0o755)
                elif stat.S_ISREG(found.st_mode):
                    path.chmod(0o755 if found.st_mode & stat.S_IXUSR else 0o644)
            except OSError as error:  # mounted by the build
                sys.stderr.write(f"slim: {path} keeps its mode: {error.strerror}\n")
    (root / "tmp").chmod(0o1777)


if __name__ == "__main__":
    raise SystemExit(main())

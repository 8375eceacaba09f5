"""Takes from a base what no container of ours needs, and gives everything that stays a plain mode.

Runs as root, as a step of a Dockerfile, on the filesystem that the image will have. What goes: installers (pip, apt),
compilers if the base has any, documentation, translations, caches, the standard library's own tests. What stays: Python,
the C library, a shell and the core tools for whoever must look inside, and the dpkg database for scanners.
Then: no setuid bit, nothing that a stranger may write but an empty /tmp, everything world-readable, bytecode that is
checked against nothing, because the files' times are those of the build and not of their sources.
"""

import compileall
import os
import py_compile
import shutil
import stat
import sys
import sysconfig
from pathlib import Path

UID = 65532

FOLDERS = (
    "boot",
    "home",
    "media",
    "mnt",
    "opt",
    "root/.cache",
    "srv",
    "usr/games",
    "usr/include",
    "usr/lib/apt",
    "usr/lib/gcc",
    "usr/lib/locale",
    "usr/lib/systemd",
    "usr/lib/*/perl",
    "usr/lib/*/perl-base",
    "usr/lib/*/gconv",
    "usr/lib/*/security",
    "usr/libexec",
    "usr/share/bash-completion",
    "usr/share/bug",
    "usr/share/common-licenses/GFDL*",
    "usr/share/debconf",
    "usr/share/doc-base",
    "usr/share/gcc",
    "usr/share/gdb",
    "usr/share/info",
    "usr/share/keyrings",
    "usr/share/lintian",
    "usr/share/locale",
    "usr/share/man",
    "usr/share/perl*",
    "usr/share/zoneinfo",
    "usr/src",
    "var/backups",
    "var/cache",
    "var/lib/apt",
    "var/lib/pam",
    "var/log",
    "var/spool",
    "etc/apt",
    "etc/cron*",
    "etc/logrotate.d",
    "etc/systemd",
    "usr/local/include",
    "usr/local/share/man",
    "usr/local/src",
)

# Names of programs, in every folder of programs.
PROGRAMS = (
    "apt*", "debconf*", "deb-systemd*", "dpkg*", "perl*", "pip*", "idle*", "2to3*", "pydoc*", "python3*-config", "wheel",
    "mount", "umount", "su", "newgrp", "passwd", "chfn", "chsh", "chage", "expiry", "gpasswd", "login", "sg", "gpgv",
    "adduser", "addgroup", "deluser", "delgroup", "useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod",
    "groupmems", "newusers", "chpasswd", "chgpasswd", "pw*conv", "grp*conv", "pwck", "grpck", "vipw", "vigr", "cppw", "cpgr",
    "unix_chkpwd", "unix_update", "pam*", "mkhomedir_helper", "faillock", "nsenter", "unshare", "fdisk", "sfdisk", "cfdisk",
    "mkfs*", "fsck*", "e2*", "tune2fs", "resize2fs", "debugfs", "dumpe2fs", "badblocks", "mke2fs", "mkswap", "swapon",
    "swapoff", "losetup", "pivot_root", "switch_root", "chroot", "tzselect", "zic", "zdump", "localedef", "gcc*", "cc",
    "c++*", "g++*", "ld", "ld.*", "as", "make", "x86_64-linux-gnu-*", "aarch64-linux-gnu-*",
)  # fmt: skip

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
    "unittest/test",
    "*/tests",
    "site-packages/*",
)

# Bits of the system that hold secrets elsewhere, or change with every build.
FILES = (
    "etc/.pwd.lock",
    "etc/*-",
    "etc/gshadow",
    "etc/machine-id",
    "etc/shadow",
    "etc/hostname",
    "etc/ld.so.cache~",
    "etc/mtab",
    "var/lib/dpkg/*-old",
    "var/lib/dpkg/lock*",
    "var/lib/dpkg/triggers/Lock",
)
"""Each is removed by its path or pattern below the root."""

UNTOUCHED = ("dev", "proc", "sys")
"""What the build mounts; other names below / are gone through."""


def main() -> int:
    """Make the root filesystem slim."""
    root = Path("/")
    library = Path(sysconfig.get_path("stdlib"))
    foreign = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
    for pattern in (*FOLDERS, *FILES):
        for path in sorted(root.glob(pattern)):
            remove(path)
    for folder in ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"):
        for pattern in PROGRAMS:
            for path in sorted((root / folder).glob(pattern)):
                remove(path)
    for pattern in LIBRARY:
        for path in sorted(library.glob(pattern)):
            remove(path)
    for folder in foreign:
        for path in sorted(folder.glob("*")):
            remove(path)
    add_user(root)
    documents(root)
    for name in ("tmp", "var/tmp", "run"):
        empty(root / name)
    compiled(library)
    plain(root)
    Path(__file__).unlink()
    return 0


def remove(path: Path) -> None:
    """Remove a file, a link or a folder; what is mounted stays."""
    if path.is_symlink() or path.is_file():
        try:
            path.unlink()
        except OSError as error:  # a file that the build mounted, such as /etc/hostname
            sys.stderr.write(f"slim: {path} stays: {error.strerror}\n")
    elif path.is_dir():
        shutil.rmtree(path)


def empty(folder: Path) -> None:
    """Empty a folder but for what the build mounted there."""
    if folder.is_dir() and not folder.is_symlink():
        for path in sorted(folder.iterdir()):
            try:
                remove(path)
            except OSError as error:
                sys.stderr.write(f"slim: {path} stays: {error.strerror}\n")


def documents(root: Path) -> None:
    """Leave of the documentation what licenses ask for: the copyright files."""
    for path in sorted((root / "usr/share/doc").glob("**/*"), reverse=True):
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


def compiled(library: Path) -> None:
    """Compile the standard library anew, and remove bytecode elsewhere."""
    for folder in sorted(Path("/usr").rglob("__pycache__")):
        shutil.rmtree(folder)
    compileall.compile_dir(
        library, quiet=2, maxlevels=20, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )


def plain(root: Path) -> None:
    """Set the modes: world-readable, written by root alone, no setuid and no setgid."""
    for top in sorted(root.iterdir()):
        if top.name in UNTOUCHED or top.is_symlink():
            continue
        for path, folders, files in os.walk(top):
            os.chmod(path, 0o755)  # noqa: PTH101 - os.walk's own texts
            for name in (*files, *folders):
                one = os.path.join(path, name)  # noqa: PTH118 - as above
                found = os.lstat(one).st_mode
                if stat.S_ISREG(found):
                    try:
                        os.chmod(one, 0o755 if found & stat.S_IXUSR else 0o644)  # noqa: PTH101 - as above
                    except OSError as error:  # mounted read-only by the build
                        sys.stderr.write(f"slim: {one} keeps its mode: {error.strerror}\n")
    for name in ("tmp", "var/tmp"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)


if __name__ == "__main__":
    raise SystemExit(main())

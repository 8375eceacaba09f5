"""``python -m platform_status_release``: parse, call the library, map the outcome to an exit code."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from localplane.caches import cache_folder
from localplane.commandline import make_parser, outcome_of
from platform_status_contract import REPOSITORY
from platform_status_images.commands import ImageError, say
from platform_status_images.engines import ENGINES
from platform_status_images.push import registry_name
from platform_status_release.release import Release, write_release

__all__ = ["main"]

_EPILOG = """\
what is written: see docs/release.md

exit codes: 0 done, 1 failed, 2 wrong usage
"""


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Write a release.

    Args:
        arguments: Without the program's name; None: those of this process.
        environ: Environment variables; None: those of this process.

    Returns:
        The exit code.
    """
    parsed = _parser().parse_args(arguments)

    def run(chosen: Mapping[str, str]) -> None:
        registry = registry_name(parsed.registry)
        output = parsed.output.resolve()
        release = Release(parsed.version, registry, output, parsed.engine, parsed.base, cache_folder(chosen))
        write_release(release, chosen)
        if ".invalid/" in REPOSITORY:
            say(f"its links begin with {REPOSITORY}, which does not exist; set yours: make repository REPOSITORY=...")
        sys.stdout.write(f"{output / 'SHA256SUMS'}\n")

    return outcome_of(run, environ, name="release", failures=(ImageError, ValueError, OSError))


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "platform_status_release", "Writes every part of a release to a folder, and pushes nothing.", _EPILOG
    )
    parser.add_argument("version", metavar="VERSION", help="such as 0.1.0, which every distribution must have")
    parser.add_argument("--registry", required=True, help="HOST[:PORT][/PATH] that the images will be pushed to")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="output folder; must be empty")
    parser.add_argument("--engine", choices=ENGINES, default="buildah", help="the build tool; default buildah")
    parser.add_argument("--base", metavar="IMAGE", help="the base image, as for make images")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

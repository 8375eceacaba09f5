"""``python -m platform_status_images``: parse, call the library, map the outcome to an exit code."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from localplane.caches import cache_folder
from localplane.commandline import make_parser, outcome_of
from platform_status_images.build import Order, build, host_machine
from platform_status_images.closure import Target
from platform_status_images.commands import ImageError, MissingToolError
from platform_status_images.context import write_context
from platform_status_images.engines import ENGINES, PLATFORMS
from platform_status_images.images import IMAGES
from platform_status_images.push import registry_name
from platform_status_images.wheels import write_wheels

__all__ = ["main"]

_EPILOG = """\
examples:
  python -m platform_status_images build --output dist
      as root on a Debian: both images by buildah, on a base made by mmdebstrap, without daemon or registry
  python -m platform_status_images build --output dist --engine docker
  python -m platform_status_images build --output dist --engine podman --only sidecar
  python -m platform_status_images build --output dist --push registry.example.com/platform
  python -m platform_status_images context folder
      only the build context; then: docker build -f folder/sidecar/Dockerfile folder

what is written: IMAGE.tar (a docker archive), IMAGE.cdx.json (its bill of materials), images.json (digests and sizes;
with --push also the name and digest in the registry)

environment:
  DEBIAN_MIRROR            mirror for mmdebstrap (else its own default); the security suite is in MIRROR-security
  PLATFORM_STATUS_CACHE    cache folder (else XDG_CACHE_HOME/platform-status, else ~/.cache/platform-status)

exit codes: 0 done, 1 failed, 2 wrong usage, 3 a program is missing or root is needed
"""


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Without the program's name; None: those of this process.
        environ: Environment variables; None: those of this process.

    Returns:
        The exit code.
    """
    parsed = _parser().parse_args(arguments)

    def run(chosen: Mapping[str, str]) -> None:
        target = Target(parsed.python, parsed.machine)
        cache = cache_folder(chosen)
        match parsed.command:
            case "context":
                parsed.folder.mkdir(parents=True)
                write_context(parsed.folder, target, cache, chosen)
            case "wheels":
                write_wheels(parsed.folder, [target], cache, chosen)
            case _:
                wanted = (IMAGES[parsed.only],) if parsed.only else tuple(IMAGES.values())
                registry = registry_name(parsed.push) if parsed.push is not None else ""
                output = parsed.output.resolve()
                order = Order(wanted, output, parsed.engine, parsed.base, target, cache, parsed.fresh, registry)
                for line in build(order, chosen):
                    sys.stdout.write(f"{line}\n")

    failures = (ImageError, ValueError, OSError)
    return outcome_of(run, environ, name="images", failures=failures, codes={MissingToolError: 3})


def _parser() -> argparse.ArgumentParser:
    parser = make_parser(
        "platform_status_images", "Builds the pipeline's and the sidecar's image from this checkout.", _EPILOG
    )
    target = argparse.ArgumentParser(add_help=False)
    target.add_argument(
        "--python", default="3.13", type=_version, metavar="X.Y", help="the base's Python; default 3.13"
    )
    machine = host_machine()
    target.add_argument(
        "--machine", default=machine, choices=list(PLATFORMS), help=f"the base's processor; here {machine}"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    make = commands.add_parser("build", parents=[target], help="build the images and write them to a folder")
    make.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="output folder")
    make.add_argument("--only", choices=list(IMAGES), help="one image instead of both")
    make.add_argument(
        "--engine", choices=ENGINES, default="buildah", help="the build tool; default buildah, without daemon"
    )
    make.add_argument(
        "--base",
        metavar="IMAGE",
        help="the base image: Python 3.13 on glibc, by its name in your registry; "
        "default: with buildah a Debian made by mmdebstrap, else the Dockerfile's",
    )
    make.add_argument("--fresh", action="store_true", help="build although the cache has the result of the same inputs")
    make.add_argument(
        "--push",
        metavar="REGISTRY",
        help="push the images as REGISTRY/platform-status/NAME:VERSION, with the credentials of the engine's login; "
        "to a registry on this machine without TLS",
    )
    only = commands.add_parser(
        "context", parents=[target], help="write the build context of both images, build nothing"
    )
    only.add_argument("folder", type=Path, metavar="FOLDER", help="output folder; must not exist")
    release = commands.add_parser(
        "wheels", parents=[target], help="write the wheels of hctl and the assistant, with their requirements"
    )
    release.add_argument("folder", type=Path, metavar="FOLDER", help="output folder; replaced if it exists")
    return parser


def _version(text: str) -> str:
    if not re.fullmatch(r"3\.(1[1-9]|[2-9][0-9])", text):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected 3.11 or a later minor version")
    return text


if __name__ == "__main__":
    raise SystemExit(main())

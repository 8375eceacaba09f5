"""The images' own Python, as uid 65532, on a read-only root, without network and without privileges."""

import json
from pathlib import Path

import pytest

from platform_status_images.images import IMAGES
from tests.pipeline.kratix_folders import EXAMPLES, KratixFolders, as_in_cluster

from .container import Done, Image

pytestmark = [pytest.mark.images, pytest.mark.timeout(1500)]

LOOK = """
import errno, json, os, socket, sys
told = {"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(), "path": sys.path[1], "base": sys.prefix}
status = dict(line.split(":\t") for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
told["capabilities"] = status["CapEff"]
told["privileges"] = status["NoNewPrivs"]
told["interfaces"] = [name for _, name in socket.if_nameindex()]
def attempt(path):
    try:
        open(path, "w").close()
    except OSError as error:
        return errno.errorcode[error.errno]
told["writing"] = [attempt(path) for path in ("/new", "/app/new", "/tmp/new", "/app/msgspec/__init__.py")]
print(json.dumps(told))
"""


def test_the_container_is_as_unprivileged_as_a_pod(image: Image) -> None:
    told = json.loads(image.python(LOOK))
    assert told == {
        "uid": 65532,
        "gid": 65532,
        "groups": [],
        "path": "/app",
        "base": "/usr",
        "capabilities": "0000000000000000",
        "privileges": "1",
        "interfaces": ["lo"],
        "writing": ["EROFS"] * 4,
    }


@pytest.mark.parametrize("name", list(IMAGES))
def test_the_entry_point_tells_how_it_is_used(images: dict[str, Image], name: str) -> None:
    done = images[name].run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")
    assert images[name].run("--version").stdout == f"platform-status-{name} {IMAGES[name].version}\n"


def test_nothing_of_the_tests_or_of_an_installer_can_be_imported(image: Image) -> None:
    names = ("tests", "pytest", "localplane", "platform_status_images", "pip", "ensurepip", "setuptools")
    found = image.python(f"import importlib.util as u; print([n for n in {names!r} if u.find_spec(n)])")
    assert found == "[]"


def test_modules_come_from_the_bytecode_that_was_made_in_the_build(image: Image) -> None:
    code = (
        "import os, sys, platform_status_contract.rules.conclude, platform_status_kube.http_transport\n"
        "specs = [m.__spec__ for m in sys.modules.values() if getattr(m, '__spec__', None)]\n"
        "specs = [s for s in specs if (s.origin or '').endswith('.py')]\n"
        "assert len(specs) > 100\n"
        "print([s.name for s in specs if not os.path.exists(s.cached)])"
    )
    assert image.python(code) == "[]"


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: Path(file).stem)
def test_the_pipeline_writes_what_the_source_tree_writes(pipeline: Image, file: Path, tmp_path: Path) -> None:
    request = as_in_cluster(file)
    source, built = KratixFolders(tmp_path / "source"), KratixFolders(tmp_path / "built")
    for folders in (source, built):
        folders.ask(request)
    for done in (source.configure(), source.contract()):
        assert done.returncode == 0, done.stderr
    for command in ("configure", "contract"):
        done = run_as_kratix_does(pipeline, built, command)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert built.files == source.files
    assert len(built.files) >= 5
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in built.output.iterdir()}
    assert owners == {(65532, 65532)}


def test_a_refusal_leaves_the_image_with_its_exit_code(pipeline: Image, tmp_path: Path) -> None:
    folders = KratixFolders(tmp_path / "kratix")
    request = as_in_cluster(EXAMPLES / "minimal.yaml")
    request["spec"]["targetNamespace"] = "kube-system"
    request["spec"]["name"] = "Not A Name"
    folders.ask(request)
    done = run_as_kratix_does(pipeline, folders, "configure", KRATIX_DRY_RUN="true")
    assert done.returncode == 1
    assert "spec.name" in done.stderr


def run_as_kratix_does(pipeline: Image, folders: KratixFolders, command: str, **environment: str) -> Done:
    """The folders where Kratix mounts them (kratix.md section 2), writable as an emptyDir is."""
    for folder in (folders.output, folders.metadata):
        folder.chmod(0o777)
    mounts = {f"/kratix/{path.name}": path for path in (folders.input, folders.output, folders.metadata)}
    return pipeline.run(command, mounts=mounts, SETTLE_SECONDS="0", **environment)

"""OCI archives of several processors, and which processors a release has."""

import gzip
import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

from platform_status_images.archives import Archive, write_oci
from platform_status_images.build import host_machine
from platform_status_release.release import Release

from .test_cli import tar


def docker_archive(path: Path, layers: list[bytes]) -> Archive:
    config = {"config": {"User": "65532"}, "rootfs": {"diff_ids": []}}
    names = [f"{number}.tar" for number, _ in enumerate(layers)]
    manifest = [{"Config": "abc.json", "RepoTags": ["x:1"], "Layers": names}]
    files = {"manifest.json": json.dumps(manifest).encode(), "abc.json": json.dumps(config).encode()}
    path.write_bytes(tar(files | dict(zip(names, layers, strict=True))))
    return Archive(path)


def test_one_archive_holds_the_image_of_each_processor_by_digest(tmp_path: Path) -> None:
    shared, amd, arm = tar({"etc/a": b"a"}), tar({"bin/b": b"amd"}), tar({"bin/b": b"arm"})
    archives = {
        "x86_64": docker_archive(tmp_path / "x86.tar", [shared, amd]),
        "aarch64": docker_archive(tmp_path / "arm.tar", [shared, arm]),
    }
    digest = write_oci(archives, tmp_path / "oci.tar", "1.0")
    assert write_oci(archives, tmp_path / "again.tar", "1.0") == digest
    with tarfile.open(tmp_path / "oci.tar") as archive:
        files = {one.name: content.read() for one in archive if (content := archive.extractfile(one))}

    def blob(described: dict[str, Any]) -> bytes:
        content = files["blobs/" + described["digest"].replace(":", "/")]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (described["size"], described["digest"][7:])
        return content

    [index] = json.loads(files["index.json"])["manifests"]
    assert index["digest"] == digest
    found = {}
    for one in json.loads(blob(index))["manifests"]:
        manifest = json.loads(blob(one))
        assert json.loads(blob(manifest["config"]))["config"] == {"User": "65532"}
        found[one["platform"]["architecture"]] = [gzip.decompress(blob(layer)) for layer in manifest["layers"]]
    assert found == {"amd64": [shared, amd], "arm64": [shared, arm]}


def test_an_own_base_is_of_this_processor_and_a_named_one_of_both() -> None:
    def machines(engine: str, base: str | None) -> list[str]:
        return Release("1.0.0", "r.example", Path("dist"), engine, base, Path("cache")).machines

    assert machines("buildah", None) == [host_machine()]
    assert machines("buildah", "mine:2") == machines("docker", None) == ["x86_64", "aarch64"]

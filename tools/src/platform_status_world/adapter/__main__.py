"""``pipeline-adapter {reader|work-creator ...|update-status}``: each makes one change on the API server and exits."""

import argparse
import os
import random
import string
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from kratix_double import workload
from kratix_double.control import WorkflowControl, read_control
from kratix_double.job import ContainerError, Folders, metadata_document, output_files
from kratix_double.requests import Key, Promise, object_name
from kratix_double.status_writer import write_status
from kratix_double.timings import Timings
from kratix_double.workload import Identity
from kratix_double.works import Destination, WorkController
from kratix_double.writes import Writer
from localplane.client import Client
from localplane.errors import FAILURES
from platform_status_kube.pod import pod_access

__all__ = ["main"]

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_KRATIX = Path("/kratix")
# Unseeded as in Kratix: names and orders differ from run to run.
_CHANCE = random.SystemRandom()


def main(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Run one container.

    Args:
        arguments: The command and its flags.
        environ: The variables of Kratix and of the API server.

    Returns:
        The exit code: 0 done, 1 failed; then the kubelet restarts the container.
    """
    parser = argparse.ArgumentParser(prog="pipeline-adapter")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("reader")
    commands.add_parser("update-status")
    works = commands.add_parser("work-creator")
    for flag in ("input-directory", "promise-name", "pipeline-name", "namespace", "workflow-type"):
        works.add_argument(f"--{flag}", required=True)
    works.add_argument("--resource-name", default="")
    parsed = parser.parse_args(arguments)
    try:
        with Client(pod_access(environ, _ACCOUNT)) as client:
            match parsed.command:
                case "reader":
                    _read(client, environ)
                case "work-creator":
                    _write_work(client, parsed)
                case _:
                    _update_status(client, environ)
    except (*FAILURES, ContainerError, workload.SelectorError, OSError, yaml.YAMLError, ValueError) as error:
        sys.stderr.write(f"{parsed.command}: {error}\n")
        return 1
    sys.stderr.write(f"{parsed.command}: done\n")
    return 0


def _promise(environ: Mapping[str, str]) -> Promise:
    group, version = environ["KRATIX_OBJECT_GROUP"], environ["KRATIX_OBJECT_VERSION"]
    return Promise(
        name=environ["KRATIX_PROMISE_NAME"],
        api_version=f"{group}/{version}",
        kind=environ["KRATIX_OBJECT_KIND"],
        plural=environ["KRATIX_CRD_PLURAL"],
    )


def _live(client: Client, environ: Mapping[str, str]) -> dict[str, Any]:
    promise, name = _promise(environ), environ["KRATIX_OBJECT_NAME"]
    namespace = environ["KRATIX_OBJECT_NAMESPACE"] or None
    return client.get(promise.api_version, promise.kind, name, namespace=namespace)


def _read(client: Client, environ: Mapping[str, str]) -> None:
    text = yaml.safe_dump(_live(client, environ), sort_keys=False)
    (_KRATIX / "input" / "object.yaml").write_text(text, "utf-8")


def _write_work(client: Client, parsed: argparse.Namespace) -> None:
    root = Path(parsed.input_directory)
    folders = Folders(root, root / "input", root / "metadata")
    if parsed.workflow_type == "promise":
        _write_promise_work(client, parsed, folders)
        return
    identity = Identity(parsed.promise_name, parsed.resource_name, parsed.namespace, parsed.pipeline_name)
    writer = WorkController(client, Destination(), Timings(), random.Random(_CHANCE.random()), _raise)  # noqa: S311 - names
    writer.write(identity, folders, dry_run=True)  # the scheduler is simulated outside


def _write_promise_work(client: Client, parsed: argparse.Namespace, folders: Folders) -> None:
    groups = workload.groups(output_files(folders), metadata_document(folders, "destination-selectors.yaml"))
    labels = {
        "kratix.io/promise-name": parsed.promise_name,
        "kratix.io/work-type": "promise",
        "kratix.io/pipeline-name": parsed.pipeline_name,
    }
    selector = ",".join(f"{name}={value}" for name, value in labels.items())
    known = client.list(workload.API_VERSION, "Work", namespace=parsed.namespace, label_selector=selector)
    if known:
        client.replace({**known[0], "spec": {**known[0]["spec"], "workloadGroups": groups}})
        return
    suffix = "".join(_CHANCE.choices(string.ascii_lowercase, k=5))
    name = object_name(f"{parsed.promise_name}-{parsed.pipeline_name}", suffix)
    client.create(
        {
            "apiVersion": workload.API_VERSION,
            "kind": "Work",
            "metadata": {"name": name, "namespace": parsed.namespace, "labels": labels},
            "spec": {"promiseName": parsed.promise_name, "resourceName": "", "workloadGroups": groups},
        }
    )


def _update_status(client: Client, environ: Mapping[str, str]) -> None:
    folders = Folders(*(_KRATIX / name for name in ("input", "output", "metadata")))
    if environ["KRATIX_WORKFLOW_TYPE"] == "promise":
        return  # for a Promise only `message` would be kept, and our pipelines do not write one
    key = Key(environ["KRATIX_OBJECT_NAMESPACE"], environ["KRATIX_OBJECT_NAME"])
    write_status(
        client,
        Writer(client),
        _promise(environ),
        key,
        environ["KRATIX_PIPELINE_NAME"],
        folders,
        _control(folders),
        last=environ["IS_LAST_PIPELINE"] == "true",
        attempts=0,
        chance=random.Random(_CHANCE.random()),  # noqa: S311 - an order, no secret
    )


def _control(folders: Folders) -> WorkflowControl | None:
    path = folders.metadata / "workflow-control.yaml"
    return read_control(path.read_text("utf-8")) if path.exists() else None


def _raise(error: Exception) -> None:
    raise error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

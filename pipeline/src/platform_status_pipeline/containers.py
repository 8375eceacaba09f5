"""The containers: each reads, decides and writes. Only this module connects the pure parts with the folders."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from platform_status_contract.model.outputs import OutputsPart
from platform_status_contract.model.policy import Policy
from platform_status_contract.policy.judge import judge
from platform_status_contract.template.problems import Problem
from platform_status_contract.template.yaml_text import YamlError, dump, load
from platform_status_pipeline.errors import FolderError, RequestRefusedError, TemplateError
from platform_status_pipeline.kratix.folders import (
    directed,
    read_documents,
    read_list,
    read_mapping,
    read_texts,
    remove_files,
    write_file,
)
from platform_status_pipeline.kratix.status_file import configured, deleting, rendered, resolved
from platform_status_pipeline.policy import policy_of_promise
from platform_status_pipeline.problems import forget
from platform_status_pipeline.promise.admission import FILE
from platform_status_pipeline.promise.facts import read_promise
from platform_status_pipeline.promise.manifests import SidecarOptions, render_sidecar
from platform_status_pipeline.promise.watches import named_kinds
from platform_status_pipeline.surroundings import Surroundings
from platform_status_pipeline.template import outputs
from platform_status_pipeline.template.listed import ListedOutputs, list_outputs
from platform_status_pipeline.template.resolve import read_template, resolve
from platform_status_pipeline.vcluster.names import Settings
from platform_status_pipeline.vcluster.plan import FILES, display_name, make_plan

__all__ = ["DIRECTORY", "INLINE", "configure", "contract", "delete", "render", "sidecar"]

_VCLUSTER: Final = "VClusterOrchestratorV2"
_MAX_CHARACTERS: Final = 63

INLINE: Final = "MANIFESTS"
"""Environment variable that holds the text of the template of `render`, so that a Promise carries it in itself."""

DIRECTORY: Final = "platform"
"""Folder of the output with the sidecar's manifests; its Destinations do not depend on those of the Promise."""


def configure(given: Surroundings, settings: Settings, policy: Policy) -> None:
    """Write the documents and the static status of a VClusterOrchestratorV2.

    Raises:
        FolderError: A folder cannot be read or written.
        RequestRefusedError: The request is refused, or an earlier container wrote an invalid status.yaml; our
            documents are removed.
    """
    folders = given.folders
    request = read_mapping(folders.request)
    forget(given, request)
    remove_files(folders.output, FILES)
    plan = make_plan(request, settings, policy)
    status = configured(read_mapping(folders.status, optional=True), request, plan.message, plan.older)
    for name, documents in plan.files.items():
        write_file(folders.output / name, dump(*documents))
    write_file(folders.status, dump(status))
    given.say(f"{plan.message}: wrote {', '.join(plan.files)}")


def delete(given: Surroundings) -> None:
    """Write phase Deleting; Kratix ignores the outputs of a delete workflow, and removes the Works itself.

    Raises:
        FolderError: A folder cannot be read or written.
        RequestRefusedError: An earlier container wrote an invalid status.yaml.
    """
    folders = given.folders
    request = read_mapping(folders.request)
    message = f"{_name_of(request)} is being deleted"
    write_file(folders.status, dump(deleting(read_mapping(folders.status, optional=True), message)))
    given.say(message)


def _name_of(request: Mapping[str, Any]) -> str:
    """Return the contract's name of a request of any kind; total, because an error would prevent the deletion."""
    status, metadata = request.get("status"), request.get("metadata")
    contract = status.get("contract") if isinstance(status, Mapping) else None
    if isinstance(contract, Mapping):
        names = contract.get("displayName"), contract.get("name")
        if all(isinstance(name, str) and name for name in names):
            return " ".join(str(name)[:_MAX_CHARACTERS] for name in names)
    if request.get("kind") == _VCLUSTER:
        return display_name(request)
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return f"{request.get('kind') or 'the request'} {name or ''}".strip()[:_MAX_CHARACTERS]


def contract(given: Surroundings, template: Path | str, variables: Mapping[str, str]) -> None:
    """Resolve a StatusContract for a request of any kind and add it to status.yaml.

    Args:
        given: The container's surroundings.
        template: File of the template, or its text.
        variables: Values that replace those of the template's variables.

    Raises:
        FolderError: A folder or the template cannot be read or written.
        RequestRefusedError: The template is invalid or does not fit the request, or status.yaml is invalid; it is not
            changed.
    """
    folders = given.folders
    request = read_mapping(folders.request)
    if given.is_delete:
        given.say("nothing to resolve for a request that is being deleted")
        return
    forget(given, request)
    document = read_template(_document(template, "STATUS_CONTRACT"))
    listed = _listed(given, document.spec.contract.outputs, request)
    result = resolve(document, request, variables, listed.entries)
    message = f"{result.contract['displayName']} {result.contract['name']} is scheduled"
    status = resolved(read_mapping(folders.status, optional=True), request, result, message)
    _mark(folders.output, listed.files)
    write_file(folders.status, dump(status))
    source = "STATUS_CONTRACT" if isinstance(template, str) else template.name
    given.say(f"resolved {source} for generation {result.contract['generation']}")


def _listed(given: Surroundings, part: OutputsPart | None, request: Mapping[str, Any]) -> ListedOutputs:
    """Find the output of the earlier containers, if the template uses it."""
    if part is None:
        return ListedOutputs([], {})
    entries = read_list(given.folders.destination_selectors)
    directories = {str(entry.get("directory")) for entry in entries if isinstance(entry, Mapping)}
    promise = given.environment.get("KRATIX_PROMISE_NAME", "")
    return list_outputs(part, read_texts(given.folders.output), directories, promise, request)


def _mark(output: Path, files: Mapping[str, str]) -> None:
    """Write the documents with their marks; the files of another container may not be writable."""
    for name, text in files.items():
        try:
            write_file(output / name, text)
        except FolderError as error:
            fix = "let this container run as the user that wrote it, or put files at the top of the output"
            raise RequestRefusedError([Problem(f"output {name}", str(error), fix)]) from error


def render(
    given: Surroundings, template: Path | str, variables: Mapping[str, str], policy: Policy | None = None
) -> None:
    """Write the manifests of a request of any kind, from a template in the Promise, and where they go.

    Args:
        given: What the container is given.
        template: File of the template, of kind Manifests, or its text.
        variables: Values that replace those of the template's variables.
        policy: What the request may ask for; None: its Promise carries no policy.

    Raises:
        FolderError: A folder or the template cannot be read or written.
        RequestRefusedError: The policy refuses the request, the template is wrong or does not fit it, or status.yaml is
            bad; none of our documents is left behind.
    """
    folders = given.folders
    request = read_mapping(folders.request)
    if given.is_delete:
        given.say("nothing to make for a request that is being deleted")
        return
    forget(given, request)
    refused = judge(policy, request) if policy is not None else ()
    if refused:
        raise RequestRefusedError(refused)
    manifests = outputs.read(_document(template, INLINE))
    remove_files(folders.output, manifests.files)
    made = outputs.resolve(manifests, request, variables)
    status = rendered(read_mapping(folders.status, optional=True))
    selectors = read_list(folders.destination_selectors)
    for folder, labels in made.destinations.items():
        selectors = directed(selectors, folder, labels)
    for name, documents in made.files.items():
        write_file(folders.output / name, dump(*documents))
    if made.destinations:
        write_file(folders.destination_selectors, dump(selectors))
    write_file(folders.status, dump(status))
    given.say(f"wrote {', '.join(made.files)}")


def _document(template: Path | str, variable: str) -> object:
    """Read a template: a file, or the text that a Promise carries in an environment variable.

    Raises:
        FolderError: The file cannot be read.
        TemplateError: The text is not YAML.
    """
    if isinstance(template, Path):
        return read_mapping(template)
    try:
        return load(template)
    except YamlError as error:
        problem = Problem(variable, f"not the YAML of one object: {error}", "mend the Promise")
        raise TemplateError([problem]) from error


def sidecar(given: Surroundings, parts: Path, options: SidecarOptions, destination: Mapping[str, str]) -> None:
    """Write the manifests of the Promise's sidecar, and their Destinations.

    Args:
        given: The container's surroundings; its request is the Promise.
        parts: Folder of the parts.
        options: The platform's options.
        destination: Labels of the Destinations of the manifests.

    Raises:
        FolderError: A folder or a part cannot be read or written.
        RequestRefusedError: The Promise or a part is invalid; our files are removed.
    """
    folders = given.folders
    documents = read_documents(parts)
    folder = folders.output / DIRECTORY
    remove_files(folder, (*documents, FILE))
    document = read_mapping(folders.request)
    promise = read_promise(document)
    if given.is_delete:
        given.say("nothing to write for a Promise that is being deleted")
        return
    files = render_sidecar(documents, promise, options, named_kinds(document), policy_of_promise(document))
    selectors: list[Any] = directed(read_list(folders.destination_selectors), DIRECTORY, destination)
    for name, manifests in files.items():
        write_file(folder / name, dump(*manifests))
    write_file(folders.destination_selectors, dump(selectors))
    given.say(f"sidecar of {promise.name} for {promise.resource}: wrote {', '.join(files)} to {DIRECTORY}/")

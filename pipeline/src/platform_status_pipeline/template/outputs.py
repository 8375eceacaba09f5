"""The template of kind Manifests: the manifests of a request of any kind, without code. Pure.

A Promise holds it next to its StatusContract. Both use the same expressions about the same request, so the created and
the observed objects can be compared.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from platform_status_contract.model.template import TemplateMetadata
from platform_status_contract.model.template_parts import KeyName, Text
from platform_status_contract.template.problems import Problem
from platform_status_contract.template.walk import Walk, know_variables
from platform_status_pipeline.errors import TemplateError
from platform_status_pipeline.template.decode import decode
from platform_status_pipeline.template.manifests import Document, Identity, misfits, resolved

__all__ = [
    "API_VERSION",
    "KIND",
    "NAMES",
    "ManifestGroup",
    "Manifests",
    "ManifestsSpec",
    "Outputs",
    "check",
    "read",
    "resolve",
]

API_VERSION: Final = "status.integratn.tech/v1"
KIND: Final = "Manifests"
NAMES: Final = ("apiVersion", "kind", "metadata", "spec", "variables", "each")
"""The names that an expression may use: the request without its status, the variables, the item of a list."""

_FIX: Final = "mend the template of the Promise, or the request"
_SHAPE: Final = "see pipeline/README.md, The template of the manifests"

_Label = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")]
_Folder = Annotated[str, Meta(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")]


class ManifestGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """Manifests for one set of Destinations.

    Attributes:
        manifests: The manifests, with ``${...}`` in them.
        folder: Folder at the top of Kratix' output; empty: the top itself, whose Destinations the Promise's
            destinationSelectors choose.
        destination: Labels of the folder's Destination, required for a folder (kratix.md section 1).

    Raises:
        ValueError: A folder without a destination, or a destination without a folder.
    """

    manifests: Annotated[tuple[dict[str, Any], ...], Meta(min_length=1)]
    folder: _Folder | None = None
    destination: dict[str, _Label] = {}

    def __post_init__(self) -> None:
        if (self.folder is None) == bool(self.destination):
            raise ValueError("folder and destination go together: Kratix sends a folder by the labels of a Destination")


class ManifestsSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """The outputs of a template.

    Attributes:
        outputs: The manifests.
        variables: Named expressions, each may use the ones before it as ``variables.NAME``.

    Raises:
        ValueError: Two outputs have one folder.
    """

    outputs: Annotated[tuple[ManifestGroup, ...], Meta(min_length=1)]
    variables: dict[KeyName, Text] = {}

    def __post_init__(self) -> None:
        folders = [output.folder for output in self.outputs]
        if len(set(folders)) < len(folders):
            raise ValueError("two outputs have one folder; make them one")


class Manifests(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The template document; its name is also the name of its file in each folder."""

    api_version: Literal["status.integratn.tech/v1"]
    kind: Literal["Manifests"]
    metadata: TemplateMetadata
    spec: ManifestsSpec

    @property
    def files(self) -> list[str]:
        """Every file that it may be written to, as a path below the output."""
        return [self.file_of(output) for output in self.spec.outputs]

    def file_of(self, output: ManifestGroup) -> str:
        """Path of the file of one output."""
        name = f"{self.metadata.name}.yaml"
        return f"{output.folder}/{name}" if output.folder else name


class Outputs(Struct, frozen=True):
    """A template, resolved for one request.

    Attributes:
        files: Path below the output -> its manifests; no file is empty.
        destinations: Folder -> labels of its Destination, for every folder that holds a file.
    """

    files: dict[str, list[Document]]
    destinations: dict[str, dict[str, str]]


def read(document: object) -> Manifests:
    """Decode a template.

    Args:
        document: A JSON value.

    Returns:
        The template.

    Raises:
        TemplateError: It is not of kind Manifests; unknown fields are errors.
    """
    return decode(document, Manifests, fix=_SHAPE)


def check(template: Manifests) -> tuple[Problem, ...]:
    """Compile every expression of a template without a request.

    Args:
        template: The template.

    Returns:
        The problems, in the order of the template; empty if every expression compiles.
    """
    walk = Walk(NAMES, None, fix=_FIX)
    know_variables(walk, template.spec.variables, {})
    for number, output in enumerate(template.spec.outputs):
        for index, manifest in enumerate(output.manifests):
            walk.mapping(manifest, f"spec.outputs[{number}].manifests[{index}]")
    return tuple(walk.problems)


def resolve(template: Manifests, request: Mapping[str, Any], constants: Mapping[str, str] | None = None) -> Outputs:
    """Resolve a template for one request.

    Args:
        template: The template.
        request: The request in the cluster.
        constants: Values of variables that replace those of the template.

    Returns:
        The files and their Destinations.

    Raises:
        TemplateError: Each problem names the path in the template, the expression and the cause. A template without
            any output is an error too, because Kratix would delete the objects of an earlier run.
    """
    walk = Walk(NAMES, {name: request[name] for name in NAMES if name in request}, fix=_FIX)
    know_variables(walk, template.spec.variables, constants or {})
    outputs = Outputs({}, {})
    for number, output in enumerate(template.spec.outputs):
        seen: set[Identity] = set()
        documents = [
            document
            for index, manifest in enumerate(output.manifests)
            for document in _checked(walk, manifest, f"spec.outputs[{number}].manifests[{index}]", seen)
        ]
        if documents:
            outputs.files[template.file_of(output)] = documents
        if documents and output.folder is not None:
            outputs.destinations[output.folder] = output.destination
    if not outputs.files and not walk.problems:
        walk.problems.append(
            Problem("spec.outputs", "no manifest is left for this request, and Kratix would remove all it has", _FIX)
        )
    if walk.problems:
        raise TemplateError(walk.problems)
    return outputs


def _checked(walk: Walk, manifest: Document, path: str, seen: set[Identity]) -> Iterator[Document]:
    for document in resolved(walk, manifest, path, fix=_FIX):
        walk.problems += misfits(document, path, seen, fix=_FIX)
        if document.get("kind") == "Secret" and document.get("apiVersion") == "v1":
            walk.problems.append(
                Problem(
                    path,
                    "found a Secret, and what is made here is stored in Git",
                    "make an ExternalSecret, or have it made in the cluster",
                )
            )
        yield document

"""The /kratix folders: reads the request, and writes files that Kratix' own containers can read.

Kratix runs as another user, and a retry uses the same folders. So files have mode 0644 whatever the umask, are written
atomically, and replace those of an earlier attempt (kratix.md section 2). Where a folder of the output goes stands in
destination-selectors.yaml (section 1).
"""

import contextlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from platform_status_contract.template.yaml_text import YamlError, load, load_all
from platform_status_pipeline.errors import FolderError

__all__ = [
    "Folders",
    "directed",
    "labels_of",
    "read_documents",
    "read_list",
    "read_mapping",
    "read_texts",
    "remove_files",
    "write_file",
]

_FILE_MODE = 0o644
_FOLDER_MODE = 0o755
_MANIFESTS = frozenset({".yaml", ".yml", ".json"})
_NAME: Final = re.compile(r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_PREFIX: Final = re.compile(r"^(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
_EXPECTED: Final = (
    "KEY=VALUE[,KEY=VALUE...] by Kubernetes' rules for labels: at most 63 letters, digits, '-', '_' and '.' in a name "
    "or value, perhaps a DNS name and '/' before the name"
)


class Folders(Struct, frozen=True):
    """The mount paths of Kratix's three volumes.

    Attributes:
        input: Holds object.yaml.
        output: Takes the documents.
        metadata: Takes status.yaml.
    """

    input: Path = Path("/kratix/input")
    output: Path = Path("/kratix/output")
    metadata: Path = Path("/kratix/metadata")

    @property
    def request(self) -> Path:
        """The request as it was when the Job began."""
        return self.input / "object.yaml"

    @property
    def destination_selectors(self) -> Path:
        """The Destinations of each folder of the output, for the work-writer."""
        return self.metadata / "destination-selectors.yaml"

    @property
    def status(self) -> Path:
        """The keys that the status-writer merges into `.status`."""
        return self.metadata / "status.yaml"

    @property
    def workflow_control(self) -> Path:
        """The file by which a pipeline requests a later run from Kratix."""
        return self.metadata / "workflow-control.yaml"


def read_list(path: Path) -> list[Any]:
    """Read a YAML file that holds a list; one that is missing or empty holds none.

    Raises:
        FolderError: The file is unreadable, or holds something else.
    """
    document = _read(path, optional=True)
    if document is None:
        return []
    if not isinstance(document, list):
        raise FolderError(f"{path}: found a {type(document).__name__}, expected a list")
    return document


def read_mapping(path: Path, *, optional: bool = False) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Args:
        path: The file.
        optional: Whether a file that is missing, or holds only comments, counts as an empty mapping.

    Returns:
        The mapping, as JSON values.

    Raises:
        FolderError: The file is missing, unreadable, or holds something else.
    """
    document = _read(path, optional=optional)
    if optional and document is None:
        return {}
    if not isinstance(document, dict):
        raise FolderError(f"{path}: found a {type(document).__name__}, expected a mapping")
    return document


def _read(path: Path, *, optional: bool) -> object:
    try:
        return load(path.read_text("utf-8"))
    except OSError as error:
        if optional and isinstance(error, FileNotFoundError):
            return None
        raise FolderError(f"{path}: {error.strerror or error}; is the folder mounted?") from error
    except (YamlError, UnicodeDecodeError) as error:
        raise FolderError(f"{path}: not the YAML of one object: {error}") from error


def read_documents(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Read every YAML file of a folder, each a stream of mappings.

    Args:
        folder: The folder; only files that end in .yaml count.

    Returns:
        File name -> its mappings, sorted by file name.

    Raises:
        FolderError: There is no such folder, no such file, or one holds something else.
    """
    files = {path.name: _documents(path) for path in sorted(folder.glob("*.yaml"))}
    if not files:
        raise FolderError(f"{folder}: found no *.yaml there, expected the parts; is the folder mounted?")
    return files


def _documents(path: Path) -> list[dict[str, Any]]:
    try:
        documents = load_all(path.read_text("utf-8"))
    except OSError as error:
        raise FolderError(f"{path}: {error.strerror or error}") from error
    except (YamlError, UnicodeDecodeError) as error:
        raise FolderError(f"{path}: not YAML: {error}") from error
    mappings = [document for document in documents if isinstance(document, dict)]
    if len(mappings) != len(documents):
        raise FolderError(f"{path}: found a document that is no mapping, expected manifests")
    return mappings


def read_texts(folder: Path) -> dict[str, str]:
    """Read every file below a folder that may hold manifests: those that end in .yaml, .yml or .json.

    Args:
        folder: The folder; if there is none, there are no files.

    Returns:
        Path below the folder -> text, with the line ends that it has; also of files that kustomize knows by name.

    Raises:
        FolderError: A file cannot be read, or is no text.
    """
    texts: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.suffix in _MANIFESTS or path.name == "Kustomization"):
            try:
                texts[path.relative_to(folder).as_posix()] = path.read_bytes().decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise FolderError(f"{path}: {error}") from error
    return texts


def write_file(path: Path, text: str) -> None:
    """Write a file in one step, mode 0644; its folder is made, mode 0755, if it is missing.

    Raises:
        FolderError: The folder does not let us.
    """
    partial = _partial(path)
    try:
        _make_folder(path.parent)
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(text)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise FolderError(f"{path}: cannot be written: {error.strerror or error}") from error


def remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove our files of an earlier attempt, half-written ones too; the files of other containers stay.

    Raises:
        FolderError: The folder does not let us.
    """
    for name in names:
        for path in (folder / name, _partial(folder / name)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise FolderError(f"{path}: cannot be removed: {error.strerror or error}") from error


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(_FOLDER_MODE)


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def labels_of(text: str) -> dict[str, str]:
    """Read the labels by which Destinations are chosen; all of them must match.

    Args:
        text: ``KEY=VALUE``, several with commas between.

    Raises:
        ValueError: It is none; says which part, and what was expected.
    """
    labels: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        prefix, slash, name = key.rpartition("/")
        if not (equals and _NAME.match(name) and (not slash or _PREFIX.match(prefix))):
            raise ValueError(f"found {part!r}, expected {_EXPECTED}")
        if value and not _NAME.match(value):
            raise ValueError(f"found the value {value!r} in {part!r}, expected {_EXPECTED}")
        if labels.get(key, value) != value:
            raise ValueError(f"found two values of {key!r}, expected one: no Destination has both")
        labels[key] = value
    return labels


def directed(left: Sequence[Any], directory: str, labels: Mapping[str, str]) -> list[Any]:
    """Send one folder of the output to the Destinations with these labels.

    Args:
        left: What earlier containers, or an earlier attempt, left; entries for other folders stay.
        directory: A folder at the top of the output; Kratix knows no deeper ones.
        labels: Labels of the Destinations, at least one.

    Returns:
        The new entries; two for one folder would fail the workflow.
    """
    others = [entry for entry in left if not (isinstance(entry, Mapping) and entry.get("directory") == directory)]
    return [*others, {"directory": directory, "matchLabels": dict(labels)}]

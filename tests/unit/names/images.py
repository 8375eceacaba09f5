"""Names of images: ours below REGISTRY.invalid, which nobody can own, and others only where a list allows them."""

import re
from collections.abc import Iterator
from typing import Any

from .words import segments, split

_ENGINES = re.compile(
    r"docker|podman|nerdctl|buildah|crictl|skopeo|crane|oras|ctr|kind|k3d|minikube|kubectl|cosign|img|kaniko"
)
WORTH_READING = re.compile(rf"(?<![\w-])(?:{_ENGINES.pattern})[\"',\s]")
"""Whatever else a line says, without one of these words it runs no image."""
_VERBS = re.compile(
    r"pull|run|create|push|from|copy|tag|save|load|import|docker-image|set|debug|verify|images?|cp|container|artifact"
)
_TAG = r"(?::[\w][\w.{}$-]*)?(?:@sha256:[0-9a-f.{}]+)?"
_REFERENCE = re.compile(rf"(?:docker://|docker-daemon:|oci:)?(?P<name>[\w.-]+(?::\d+)?(?:/[\w.{{}}$-]+)*){_TAG}")
_SAFE = re.compile(r"(docker://)?([\w-]+\.)+invalid(:\d+)?/.+|scratch")
_NEVER = re.compile(r"[$<>*]|\.\.\.|^\W*$|^\{\}$|^[A-Z/_:]+$|\[")
_LONG = re.compile(
    r"(?<![\w./@{-])(?<!://)(?:docker://)?(?P<host>(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?)/[\w./-]*[\w](?P<end>:v?[\d{][\w.{}-]*|:latest|"
    r"@sha256:[0-9a-f.{}]+)"
)
_PUBLIC = re.compile(
    r"(?<![\w.-])(?:docker|quay|ghcr|(?:[\w-]+\.)?gcr|registry\.k8s|registry-1\.docker|lscr)\.io\b|\bpublic\.ecr\.\w"
)
_OWN = re.compile(
    r"(?<![\w.-])(?P<host>(?:[\w.{}$-]+(?::\d+)?/)*)platform[-_]status(?:/|-)(?:pipeline|sidecar|kratix-double|mcp|hctl|assistant)"
    r"(?::v?[\d{$][\w.{}$()-]*|:latest|:[A-Z]+\b|:test\b|@sha256:)"
)
_OPTION = re.compile(
    r"(?<![\w-])(?:--(?:[\w-]+-)?image|IMAGE|[A-Z_]+_IMAGE|BASE)(?:=|\s+)[\"']?(?P<name>[\w./:@-]*[:/@][\w./:@-]+)"
)
_KEY = re.compile(r"(?:.*[._-])?(images?|container|baseimage)|.*Image|image(Name|Ref)|newName|.*_?IMAGE")
_OF_NOBODY = re.compile(r"([\w-]+\.)+invalid(:\d+)?(/|$)|REGISTRY/|[{$]")
"""A host that cannot be, one that the reader fills in, or one that is computed."""
_FLAG = re.compile(r"-[a-z]{1,3}|--(rm|quiet|tty|detach|privileged)")
_TAGGED = re.compile(r"[\w.-]+(:\d+)?(/[\w.-]+)*(:[a-zA-Z_][\w.-]*|:v?\d[\w-]*\.[\w.-]+|@sha256:\w+)")
_NESTED = re.compile(r"(docker://)?[\w-]+(\.[\w-]+)*(:\d+)?(/[\w.-]+)+(:[\w.-]+)?(?<!\.tar)(?<!\.yaml)(?<!\.\w\w)")


def in_text(text: str) -> Iterator[str]:
    """Say which images a piece of text of any kind names."""
    # the plain looks before each pattern are for the quarter of a million lines that there are
    if "/" in text and (":" in text or "@" in text):
        for found in (*_LONG.finditer(text), *_OWN.finditer(text)):
            if not _OF_NOBODY.match(found["host"]):
                yield found[0]
    if "docker://" in text:
        yield from (one for name in re.findall(r"docker://([\w./:@-]+)", text) for one in in_position(name))
    if ".io" in text or ".ecr" in text:
        yield from (f"a public registry: {found[0]}" for found in _PUBLIC.finditer(text))
    if "image" in text or "IMAGE" in text or "BASE" in text:
        for found in _OPTION.finditer(text):
            yield from in_position(found["name"])


def in_command(text: str) -> Iterator[str]:
    """Say which images a command line pulls, runs or pushes."""
    line = split(text)
    for segment in segments(line.words):
        names = [re.split(r"[/\\]", word)[-1] for word in segment]
        at = next((index for index, name in enumerate(names[:6]) if _ENGINES.fullmatch(name)), None)
        if (
            at is not None
            and names[at] != "kubectl"
            and any(_VERBS.fullmatch(word) for word in segment[at + 1 : at + 4])
        ):
            yield from _operands(segment[at + 1 :])
    for part in line.inner:
        yield from in_command(part)


def _operands(words: list[str]) -> Iterator[str]:
    verb = next(index for index, word in enumerate(words) if _VERBS.fullmatch(word))
    direct = words[verb] in ("pull", "run", "from", "push")  # a plain word may be an option's value, but not here
    for word in words[verb + 1 :]:
        value = word.partition("=")[2] if re.match(r"[\w-]+=", word) else word
        if word.startswith("-"):
            direct = direct and _FLAG.fullmatch(word) is not None
        elif not _VERBS.fullmatch(word):
            plain = direct and re.fullmatch(r"[a-z][\w.-]*", value)
            direct = False
            named = plain or _TAGGED.fullmatch(value) or _NESTED.fullmatch(value)
            if named and not re.search(r"archive:|^\d+:\d+$", value):
                yield from in_position(value)


def in_position(name: str) -> Iterator[str]:
    """Say it if a text that stands where an image's name does is one that could be pulled."""
    if not _SAFE.fullmatch(name) and not _NEVER.search(name) and _REFERENCE.fullmatch(name):
        yield name


def in_dockerfile(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Say which images a Dockerfile stands on, with the index of the line."""
    stages: set[str] = set()
    for index, line in enumerate(lines):
        found = re.match(r"\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", line, re.IGNORECASE)
        source = found[1] if found else ""
        copied = re.search(r"--(?:from|mount=\S*from)=([^\s,]+)", line)
        given = re.match(r"\s*(?:ARG|ENV)\s+\w+=[\"']?([\w./-]+(?::\w[\w.-]+|@\S+))", line)
        for name in (source, copied[1] if copied else "", given[1] if given else ""):
            if name and name not in stages:
                yield from ((index, one) for one in in_position(name))
        if found and found[2]:
            stages.add(found[2])


def in_tree(tree: Any, key: str = "") -> Iterator[str]:  # noqa: ANN401 - any document
    """Say which images a document names under keys for images."""
    if isinstance(tree, dict):
        image = _KEY.fullmatch(key)
        for name, value in tree.items():
            yield from in_tree(value, key if image and name in ("repository", "name") else str(name))
        yield from in_tree(tree.get("value"), str(tree.get("name", "")))  # a variable of a container
    elif isinstance(tree, list):
        for each in tree:
            yield from in_tree(each, key)
    elif isinstance(tree, str) and _KEY.fullmatch(key) and not re.search(r"\s", tree.strip()):
        yield from in_position(tree.strip())

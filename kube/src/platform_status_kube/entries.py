"""The entries of a kubeconfig, each with the fields that kubectl reads; a value of another type is an error."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from .errors import AccessError, one_line

__all__ = ["AuthProvider", "Cluster", "KubeconfigContext", "Plugin", "User", "Variable", "entry"]


class KubeconfigContext(Struct, frozen=True):
    """A context: a cluster, a user and a namespace."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


class Cluster(Struct, frozen=True, rename="kebab"):
    """A cluster: the address of the API server, and how its certificate is verified."""

    server: str = ""
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    extensions: list[dict[str, Any]] = []


class Variable(Struct, frozen=True):
    """One environment variable of a credential plugin."""

    name: str
    value: str = ""


class Plugin(Struct, frozen=True, rename="camel"):
    """A command that prints credentials (``exec``)."""

    command: str = ""
    args: list[str] = []
    env: list[Variable] = []
    api_version: str = ""
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = ""


class AuthProvider(Struct, frozen=True):
    """An auth provider, the predecessor of credential plugins; kubectl supports only ``oidc`` today."""

    name: str = ""
    config: dict[str, Any] = {}


class User(Struct, frozen=True, rename="kebab"):
    """A user: credentials, and the user to impersonate with them."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = field(default="", name="tokenFile")
    as_user: str = field(default="", name="as")
    as_uid: str = ""
    as_groups: list[str] = []
    as_user_extra: dict[str, list[str]] = {}
    username: str = ""
    password: str = ""
    auth_provider: AuthProvider | None = None
    plugin: Plugin | None = field(default=None, name="exec")


T = TypeVar("T", KubeconfigContext, Cluster, User)


def entry(found: Iterable[object], what: str, kind: type[T], name: str) -> T | None:
    """Find an entry by name among those of one file and decode it; other entries are not decoded.

    Args:
        found: The list in the file.
        what: ``cluster``, ``context`` or ``user``: the key of an entry that holds its fields.
        kind: The type that the fields are decoded to.
        name: Name of the entry.

    Raises:
        AccessError: The value is not a list of entries, has the name twice, or a field has another type.
    """
    named: list[dict[str, object]] = []
    for item in found:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise AccessError(f"each of its {what}s needs a name that is a string")
        if item["name"] == name:
            named.append(item)
    if not named:
        return None
    if len(named) > 1:
        raise AccessError(f"it has {len(named)} {what}s {one_line(name)!r}; keep one")
    try:
        return msgspec.convert(_without_nulls(named[0].get(what)) or {}, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise AccessError(f"{what} {one_line(name)!r}: {one_line(str(error))}") from error


def _without_nulls(value: object) -> object:
    """Leave out fields that are null, which kubectl treats as absent."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value

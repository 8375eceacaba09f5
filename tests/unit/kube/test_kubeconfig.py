"""What a kubeconfig means, field by field; and what cannot be honoured is refused in one line that names it."""

import base64
import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from localplane.certificates import new_authority
from platform_status_kube.access import Access
from platform_status_kube.errors import AccessError
from platform_status_kube.kubeconfig import access

from .writing import EXEC, write

TOKEN = {"token": "abc"}


def refusal(folder: Path, user: object, cluster: dict[str, Any] | None = None) -> str:
    """Why a kubeconfig is refused: one line that names the file."""
    path = write(folder, user, cluster)
    with pytest.raises(AccessError) as error:
        access(str(path))
    said = str(error.value)
    assert said.startswith(f"kubeconfig {path} cannot be used: ")
    assert said.isprintable()
    return said


def read(folder: Path, user: object, cluster: dict[str, Any] | None = None) -> Access:
    return access(str(write(folder, user, cluster)))


def test_whom_requests_act_as(tmp_path: Path) -> None:
    user = {
        **TOKEN,
        "as": "jané",
        "as-uid": "u-1",
        "as-groups": ["readers", "team a"],
        "as-user-extra": {"acme.com/project": ["x", "y"], "50%": ["z"], "é": ["w"], "none": []},
    }
    assert read(tmp_path, user).impersonation == (
        ("Impersonate-User", "jané".encode().decode("latin-1")),
        ("Impersonate-Uid", "u-1"),
        ("Impersonate-Group", "readers"),
        ("Impersonate-Group", "team a"),
        ("Impersonate-Extra-acme.com%2Fproject", "x"),
        ("Impersonate-Extra-acme.com%2Fproject", "y"),
        ("Impersonate-Extra-50%25", "z"),
        ("Impersonate-Extra-%C3%A9", "w"),
    )


@pytest.mark.parametrize("field", [{"as-groups": ["a"]}, {"as-uid": "1"}, {"as-user-extra": {"a": ["b"]}}])
def test_nobody_acts_in_groups_alone(tmp_path: Path, field: dict[str, Any]) -> None:
    assert "no `as`" in refusal(tmp_path, TOKEN | field)
    assert "no `as`" in refusal(tmp_path, TOKEN | field | {"as": None})


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ({"as": 7}, "$.as"),
        ({"as": ["jane"]}, "$.as"),
        ({"as": True}, "$.as"),
        ({"as": "jane", "as-groups": "readers"}, "$.as-groups"),
        ({"as": "jane", "as-groups": [1]}, "$.as-groups"),
        ({"as": "jane", "as-groups": [None]}, "$.as-groups"),
        ({"as": "jane", "as-user-extra": {"a": "b"}}, "$.as-user-extra"),
        ({"as": "jane", "as-user-extra": [1]}, "$.as-user-extra"),
        ({"as": "jane\nHost: x"}, "its as has a control character"),
        ({"as": "jane", "as-groups": ["a\rb"]}, "its as-groups has"),
        ({"as": "jane", "as-uid": "\x00"}, "its as-uid has"),
        ({"as": "jane", "as-user-extra": {"k": ["\x7f"]}}, "its as-user-extra has"),
        ({"token": 5}, "$.token"),
        ({"token": "a b\nc"}, "token is empty, or has characters"),
        ({"token": "é"}, "token is empty, or has characters"),
        ({"username": "u", "password": "p"}, "mutually exclusive"),
        ({"username": "u", "token": "", "tokenFile": "/x"}, "mutually exclusive"),
        ({"token": "", "password": "p"}, "no username"),
        ({"token": "", "username": "a:b"}, "colon"),
        ({"token": ""}, "no credentials"),
        ({"token": "", "as": "jane"}, "no credentials"),
        ({"auth-provider": {"name": "gcp"}}, "auth-provider 'gcp' is not supported"),
        ({"auth-provider": {"name": "azure", "config": {}}}, "auth-provider 'azure' is not supported"),
        ({"auth-provider": {"name": "oidc"}, "exec": {}}, "mutually exclusive"),
        ({"auth-provider": "oidc"}, "$.auth-provider"),
        ({"token": "", "auth-provider": {"name": "oidc"}}, "id-token of auth-provider 'oidc' is missing"),
        ({"exec": "aws"}, "$.exec"),
        ({"tokenFile": "/nowhere/token", "token": ""}, "/nowhere/token"),
        ({"client-certificate-data": "%%"}, "client-certificate-data is not base64"),
        ({"client-certificate": "/nowhere.pem", "client-key": "/nowhere.key"}, "/nowhere.pem"),
        ({"client-certificate": "/nowhere.pem"}, "no client-key"),
        ({"client-certificate-data": "eA==", "client-key-data": "eA=="}, "not a PEM pair"),
    ],
)
def test_what_a_user_cannot_mean_is_refused(tmp_path: Path, field: dict[str, Any], named: str) -> None:
    said = refusal(tmp_path, TOKEN | field)
    assert "user 'admin'" in said
    assert named in said


@pytest.mark.parametrize("user", [None, {}, [], {"unknown": 1}])
def test_nothing_is_asked_as_nobody(tmp_path: Path, user: object) -> None:
    assert "no credentials" in refusal(tmp_path, user) if not isinstance(user, list) else "user"
    assert read(tmp_path, user or {}, {"server": "http://192.0.2.1"}).authorization() is None


@pytest.mark.parametrize(
    ("cluster", "named"),
    [
        ({"server": ""}, "expected https://HOST:PORT"),
        ({"server": "192.0.2.1:6443"}, "expected https://HOST:PORT"),
        ({"server": "https://x:port"}, "expected https://HOST:PORT"),
        ({"server": 7}, "$.server"),
        ({"proxy-url": "socks5://proxy:1080"}, "socks5 proxy (proxy)"),
        ({"proxy-url": "socks5h://u:secret@proxy:1080"}, "socks5h proxy (proxy)"),
        ({"proxy-url": "https://proxy:3128"}, "https proxy (proxy)"),
        ({"proxy-url": "ftp://proxy"}, "proxy-url has the scheme 'ftp'"),
        ({"proxy-url": "proxy:3128"}, "proxy-url has the scheme"),
        ({"proxy-url": "http://"}, "proxy-url has the scheme"),
        ({"proxy-url": "http://[::"}, "proxy-url has the scheme"),
        ({"proxy-url": 3}, "$.proxy-url"),
        ({"insecure-skip-tls-verify": "true"}, "$.insecure-skip-tls-verify"),
        ({"certificate-authority-data": "eA=="}, "not a PEM certificate"),
        ({"certificate-authority-data": "!"}, "not base64"),
        ({"certificate-authority": "/nowhere.crt"}, "/nowhere.crt"),
        ({"certificate-authority": "/x", "insecure-skip-tls-verify": True}, "mutually exclusive"),
    ],
)
def test_what_a_cluster_cannot_mean_is_refused(tmp_path: Path, cluster: dict[str, Any], named: str) -> None:
    said = refusal(tmp_path, TOKEN, cluster)
    assert "cluster 'c'" in said
    assert named in said
    assert "secret" not in said


def test_several_groups_over_a_proxy_without_tls_would_become_one(tmp_path: Path) -> None:
    user = TOKEN | {"as": "jane", "as-groups": ["a", "b"]}
    cluster = {"server": "http://192.0.2.1", "proxy-url": "http://proxy:3128"}
    assert "several groups" in refusal(tmp_path, user, cluster)


def test_the_proxy_of_the_kubeconfig_and_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://outside:3128")
    found = read(tmp_path, TOKEN, {"proxy-url": "http://us%40er:p@inside:3128"})
    assert found.proxy == "http://us%40er:p@inside:3128"
    assert found.proxy_headers == {"proxy-authorization": "Basic " + base64.b64encode(b"us@er:p").decode()}
    assert read(tmp_path, TOKEN).proxy == "http://outside:3128"
    assert read(tmp_path, TOKEN, {"server": "https://127.0.0.1:1"}).proxy == ""
    assert read(tmp_path, TOKEN, {"server": "https://localhost:1"}).proxy == ""
    monkeypatch.setenv("NO_PROXY", "192.0.2.0/24,.example.org")
    assert read(tmp_path, TOKEN).proxy == ""
    assert read(tmp_path, TOKEN, {"server": "https://api.example.org"}).proxy == ""
    assert read(tmp_path, TOKEN, {"proxy-url": "http://inside:3128"}).proxy == "http://inside:3128"
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTPS_PROXY", "socks5://outside:1080")
    assert "HTTPS_PROXY names a socks5 proxy (outside)" in refusal(tmp_path, TOKEN)


def test_tls_settings(tmp_path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    authority = new_authority("test", now)
    pair = authority.client("jane", (), now)
    (tmp_path / "ca.crt").write_bytes(authority.certificate)
    (tmp_path / "me.crt").write_bytes(pair.certificate)
    user = {"client-certificate": "me.crt", "client-key-data": base64.encodebytes(pair.key).decode()}
    found = read(tmp_path, user, {"certificate-authority": "ca.crt", "tls-server-name": "inside"})
    assert (found.authority, found.tls_server_name, found.verify) == (str(tmp_path / "ca.crt"), "inside", True)
    assert found.certificate is not None
    certificate, key = found.certificate
    assert certificate == str(tmp_path / "me.crt")
    assert Path(key).read_bytes() == pair.key
    assert Path(key).stat().st_mode & 0o077 == 0
    assert found.authorization() is None
    # what is inline counts
    both = {"certificate-authority": "/nowhere", "certificate-authority-data": base64.b64encode(authority.certificate)}
    both["certificate-authority-data"] = base64.b64encode(authority.certificate).decode()
    assert read(tmp_path, user, both).authority != "/nowhere"
    assert read(tmp_path, user, {"insecure-skip-tls-verify": True}).verify is False
    other = {**user, "client-key-data": base64.b64encode(authority.client("joe", (), now).key).decode()}
    assert "not a PEM pair" in refusal(tmp_path, other)


def test_basic_authentication(tmp_path: Path) -> None:
    found = read(tmp_path, {"username": "jane", "password": "pä:s"})
    assert found.authorization() == "Basic " + base64.b64encode("jane:pä:s".encode()).decode()


def test_a_token_file_goes_before_the_token_and_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    (tmp_path / "token").write_text("one\n")
    found = read(tmp_path, {"token": "inline", "tokenFile": "token"})
    assert found.authorization() == "Bearer one"
    (tmp_path / "token").write_text("two\n")
    moment[0] += 60
    assert found.authorization() == "Bearer two"
    for broken in ("", "a\nb"):
        (tmp_path / "token").write_text(broken)
        moment[0] += 60
        assert found.authorization() == "Bearer two"
    (tmp_path / "token").unlink()
    assert found.authorization() == "Bearer two"
    assert read(tmp_path, {"token": "inline", "tokenFile": "token"}).authorization() == "Bearer inline"


def jwt(**claims: object) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize("token", [jwt(exp=1), jwt(), jwt(exp="never"), jwt(exp=[1]), "x", "x.y.z", "", 7, None])
def test_an_id_token_that_is_over_is_no_credential(tmp_path: Path, token: object) -> None:
    provider = {"name": "oidc", "config": {"id-token": token, "refresh-token": "r"}}
    assert "any kubectl command renews it" in refusal(tmp_path, {"auth-provider": provider})


def test_an_id_token_that_is_good_is_sent(tmp_path: Path) -> None:
    claims = base64.urlsafe_b64encode(b'{"exp": 4102444800}').decode().rstrip("=")
    provider = {"name": "oidc", "config": {"id-token": f"e30.{claims}.c2ln", "client-id": "x"}}
    assert read(tmp_path, {"auth-provider": provider}).authorization() == f"Bearer e30.{claims}.c2ln"


def test_files_of_a_list(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "token").write_text("of-a")
    first = write(tmp_path / "a", {"tokenFile": "token"})
    second = write(tmp_path, {"token": "of-b"}, {"server": "https://192.0.2.2"})
    found = access(f"{tmp_path}/missing::{first}:{second}")
    assert (found.server, found.authorization()) == ("https://192.0.2.1:1", "Bearer of-a")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"contexts": []}, "no context 'here'"),
        ({"contexts": None}, "no context 'here'"),
        ({"clusters": []}, "context 'here' names the cluster 'c', which is not in the file"),
        ({"users": []}, "context 'here' names the user 'admin', which is not in the file"),
        ({"users": {"admin": {}}}, "found users of another type"),
        ({"users": ["admin"]}, "each of its users needs a name"),
        ({"users": [{"name": "admin"}, {"name": "admin"}]}, "2 users 'admin'"),
        ({"contexts": [{"name": "here", "context": {"user": "admin"}}]}, "names no cluster"),
        ({"contexts": [{"name": "here", "context": {"cluster": 7}}]}, "$.cluster"),
        ({"contexts": [{"name": "here"}]}, "names no cluster"),
        ({"contexts": [{"name": "here", "context": {"cluster": "c"}}]}, "no credentials"),
        ({"current-context": ""}, "no current context"),
        ({"current-context": ["x"]}, "no current context"),
        ({"kind": "Pod"}, "its kind is not Config"),
        ({"apiVersion": "v2"}, "its apiVersion is not v1"),
    ],
)
def test_what_is_named_must_be_there(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    path = write(tmp_path, TOKEN)
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | change))
    with pytest.raises(AccessError) as error:
        access(str(path))
    assert named in str(error.value)
    assert str(error.value).isprintable()


@pytest.mark.parametrize("content", [b"token: [secret", b"\xff\xfe\x00", b"a: 2020-99-99", b"[" * 5000, b"x: \x00"])
def test_a_file_that_is_no_yaml_is_never_quoted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config"
    path.write_bytes(content)
    with pytest.raises(AccessError, match="is not YAML") as error:
        access(str(path))
    assert "secret" not in str(error.value)


def test_credentials_of_the_file_itself_go_before_a_plugin(tmp_path: Path) -> None:
    user = TOKEN | {"exec": {**EXEC, "command": "no-such-plugin-anywhere"}}
    assert read(tmp_path, user).authorization() == "Bearer abc"

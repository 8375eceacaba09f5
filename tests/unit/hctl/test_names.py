"""Whose name is it? Unique, or one clear sentence."""

import pytest

from hctl.errors import UsageError
from hctl.reading.read import read_request
from hctl.reading.views import RequestView, choose
from tests.unit.hctl.requests import RESOURCE, request


def _view(name: str, namespace: str = "a", *, called: str = "", kind: str = "VClusterOrchestratorV2") -> RequestView:
    found = request("Ready", name=called or name, namespace=namespace)
    found["metadata"]["name"] = name
    found["kind"] = kind
    return read_request(found, resource=RESOURCE)


def _choose(name: str, *views: RequestView, namespaced: bool = False) -> RequestView:
    return choose(name, views, what="vcluster", where="in any namespace", namespaced=namespaced)


def test_metadata_name_and_spec_name_both_name_it() -> None:
    view = _view("media-request", called="media")
    assert _choose("media", view, _view("other")) is view
    assert _choose("media-request", view, _view("other")) is view


def test_two_namespaces_are_listed_on_one_line() -> None:
    with pytest.raises(UsageError) as error:
        _choose("media", _view("media", "a"), _view("media", "b"))
    assert str(error.value) == (
        "2 have the name 'media': a/media (VClusterOrchestratorV2), b/media (VClusterOrchestratorV2); "
        "choose one with -n NAMESPACE"
    )


def test_inside_a_namespace_metadata_name_decides() -> None:
    mine, other = _view("media"), _view("other", called="media")
    assert _choose("media", mine, other, namespaced=True) is mine
    with pytest.raises(UsageError, match=r"use its metadata\.name"):
        _choose("media", mine, other)


def test_two_kinds_ask_for_the_kind() -> None:
    with pytest.raises(UsageError, match="add the kind: KIND/NAME"):
        _choose("shop", _view("shop"), _view("shop", kind="WebApp"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("meda", "did you mean media?"),
        ("med", "did you mean media?"),
        ("zzz", "there is billing, media, search and 1 more"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(name: str, said: str) -> None:
    views = [_view(each) for each in ("media", "billing", "search", "shop")]
    with pytest.raises(UsageError) as error:
        _choose(name, *views)
    assert str(error.value) == f"no vcluster has the name {name!r} in any namespace; {said}"


def test_where_there_is_nothing_nothing_is_suggested() -> None:
    with pytest.raises(UsageError, match="there are none"):
        _choose("media")

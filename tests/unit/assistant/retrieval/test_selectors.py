"""No name becomes PromQL: what is read back out of a selector is the text that went in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_assistant.retrieval.prometheus import SelectorError, selector
from tests.unit.rules.settings import quick

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(U[0-9a-f]{8}|u[0-9a-f]{4}|.)", re.DOTALL)

HOSTILE = (
    'media"} or up{job="',
    "media\\",
    '\\"',
    "\n",
    "\x00",
    "{}",
    "a,b",
    "`",
    "\u202e",
    "\ufffd",
    "\U0010ffff",
    "",
)


def read_back(rendered: str) -> list[str]:
    """Read the quoted strings as PromQL does, the escapes that it knows and no others."""

    def meant(match: re.Match[str]) -> str:
        escape = match[1]
        if escape[0] in "uU":
            return chr(int(escape[1:], 16))
        assert escape in '"\\', f"PromQL knows no escape {escape!r}"
        return escape

    return [_ESCAPE.sub(meant, quoted) for quoted in _STRING.findall(rendered)]


@quick
@given(st.text() | st.sampled_from(HOSTILE), st.text() | st.sampled_from(HOSTILE))
def test_every_text_comes_back_as_it_went_in(name: str, namespace: str) -> None:
    rendered = selector("platform_vcluster_ready", name=name, namespace=namespace)
    assert re.fullmatch(
        r'platform_vcluster_ready\{name="(?:[^"\\]|\\.)*",namespace="(?:[^"\\]|\\.)*"\}', rendered, re.DOTALL
    )
    assert read_back(rendered) == [name, namespace]
    assert rendered.isascii()
    assert rendered.isprintable()


def test_a_selector_without_labels_is_the_metric() -> None:
    assert selector("up") == "up"
    assert selector("up", job="platform-status-reconciler") == 'up{job="platform-status-reconciler"}'


@pytest.mark.parametrize("metric", ["", "up{", "1up", "up or vector(1)", "\u00e4up", "up\n"])
def test_a_metric_is_a_name(metric: str) -> None:
    with pytest.raises(SelectorError, match="expected a name such as platform_resource_phase"):
        selector(metric)


@pytest.mark.parametrize("label", ["", 'a="b",c', "__name__", "a-b", "1a"])
def test_a_label_is_a_name(label: str) -> None:
    with pytest.raises(SelectorError, match="expected a name such as namespace"):
        selector("up", **{label: "x"})


def test_half_a_character_is_refused_because_no_series_has_it() -> None:
    with pytest.raises(SelectorError, match=r"name: '.udc80' is not valid Unicode"):
        selector("up", name="\udc80")

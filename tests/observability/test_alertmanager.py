"""The example configuration: accepted, routed as documented, and its inhibitions speak of alerts that there are."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from observability import chain, rulefiles
from observability.chain import CONFIG, read_config, received_at
from observability.receiver import Notification, decode, receiving

from .binaries import binary

ALERTS = rulefiles.alerts(rulefiles.read_groups(chain.RULES))
RECEIVERS = {"critical": "platform-oncall", "warning": "platform-team"}
MATCHER = re.compile(r'(\w+)(=~|=)"(.*)"')
BODY = (
    b'{"version":"4","receiver":"team","status":"firing","groupKey":"g","alerts":[{"status":"firing",'
    b'"labels":{"alertname":"A","name":"media"},"annotations":{"summary":"s"},'
    b'"startsAt":"2026-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f"}]}'
)


def amtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([binary("amtool"), *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - named by whoever runs the tests


def matched(matchers: list[str]) -> set[str]:
    """The alerts that a rule of the configuration means."""
    found = set(ALERTS)
    for matcher in matchers:
        parts = MATCHER.fullmatch(matcher)
        assert parts, matcher
        assert parts[1] == "alertname"
        pattern = parts[3] if parts[2] == "=~" else re.escape(parts[3])
        found &= {name for name in ALERTS if re.fullmatch(pattern, name)}
    return found


def test_amtool_accepts_the_example() -> None:
    checked = amtool("check-config", str(CONFIG))
    assert checked.returncode == 0, checked.stderr
    assert "SUCCESS" in checked.stdout


def test_amtool_accepts_what_the_chain_makes_of_it(tmp_path: Path) -> None:
    path = tmp_path / "alertmanager.yaml"
    config = received_at(chain.hastened_config(read_config()), "http://127.0.0.1:1")
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    assert amtool("check-config", str(path)).returncode == 0
    assert config["receivers"] == [
        {"name": name, "webhook_configs": [{"url": f"http://127.0.0.1:1/{name}"}]} for name in RECEIVERS.values()
    ]


@pytest.mark.parametrize("severity", RECEIVERS)
def test_the_severity_says_who_is_told(severity: str) -> None:
    routed = amtool("config", "routes", "test", f"--config.file={CONFIG}", f"severity={severity}")
    assert routed.stdout.strip() == RECEIVERS[severity]
    assert {rule["labels"]["severity"] for rule in ALERTS.values()} == set(RECEIVERS)


def test_what_keeps_quiet_beside_what_is_an_alert_that_there_is() -> None:
    rules = read_config()["inhibit_rules"]
    assert rules
    for rule in rules:
        sources, targets = matched(rule["source_matchers"]), matched(rule["target_matchers"])
        assert sources, rule
        assert targets, rule
        assert not sources & targets, "nothing keeps itself quiet"
        for name in sources | targets:
            labels = set(rule.get("equal", ()))
            assert all(label in str(ALERTS[name]) for label in labels), (name, labels)


def test_without_a_sidecar_nobody_is_called_about_a_request() -> None:
    (rule,) = [rule for rule in read_config()["inhibit_rules"] if "PlatformReconcilerDown" in str(rule)]
    blind = matched(rule["target_matchers"])
    assert {"VClusterNotReady", "PlatformResourceNotReady", "PlatformResourceFlapping"} <= blind
    assert not {"PlatformReconcilerDown", "PlatformStatusWritesFailing", "PlatformSourceUnreadable"} & blind


@pytest.mark.parametrize(
    ("duration", "expected"), [("15m", "15000ms"), ("1m", "1000ms"), ("30s", "500ms"), ("12h", "720000ms")]
)
def test_a_minute_of_waiting_passes_in_a_second(duration: str, expected: str) -> None:
    assert chain.hastened(duration) == expected


@pytest.mark.parametrize("duration", ["", "15", "1h30m", "0s", "m", "-1m", "15m\n"])
def test_what_is_no_duration_is_refused(duration: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        chain.hastened(duration)


def test_only_the_waiting_is_shortened() -> None:
    groups = rulefiles.read_groups(chain.RULES)
    hastened = rulefiles.alerts(chain.hastened_rules(groups))
    assert {name: {**rule, "for": ""} for name, rule in hastened.items()} == {
        name: {**rule, "for": ""} for name, rule in ALERTS.items()
    }
    assert hastened["VClusterNotReady"]["for"] == "15000ms"
    assert rulefiles.alerts(groups) == ALERTS, "what was given stays as it was"


def post(url: str, body: bytes) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_receiver_keeps_what_comes_in_order_and_refuses_what_is_no_notification() -> None:
    seen: list[Notification] = []
    with receiving([seen.append]) as receiver:
        assert post(receiver.url, BODY) == 200
        assert [post(receiver.url, body) for body in (b"", b"{", b"[]", b'{"alerts": 1}')] == [400] * 4
        assert post(receiver.url, BODY.replace(b'"firing"', b'"resolved"')) == 200
        assert receiver.wait(lambda kept: len(kept.of("A", name="media")) == 2, 0)
        assert not receiver.wait(lambda kept: kept.of("A", name="other"), 0)
        assert [alert.status for alert in receiver.of("A")] == ["firing", "resolved"]
        assert seen == receiver.notifications


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "firing", "\u202e", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["labels", "status"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["receiver", "status", "groupKey", "alerts", "x"]), JSON))
def test_any_json_is_a_notification_or_none(document: dict[str, Any]) -> None:
    found = decode(json.dumps(document).encode())
    assert found is None or isinstance(found.alerts, tuple)


@given(st.binary(max_size=64))
def test_any_bytes_are_no_notification(body: bytes) -> None:
    assert decode(body) is None

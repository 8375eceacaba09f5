"""The scenes: healthy; failed, with an alert; recovered, with an all-clear. `hctl ask` must answer Yes, No, Yes."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from observability.chain import RULES, Chain, hastened, running
from observability.receiver import Alert, Notification, Receiver
from observability.rulefiles import RUNBOOKS, alerts, read_groups
from observability.watched import asking
from platform_status_contract.rules.texts import clean
from platform_status_demo.command import StageError, StoryError
from platform_status_demo.screen import Screen
from platform_status_demo.stage import Stage
from platform_status_demo.story import Story

__all__ = ["ALERT", "EXPECTED", "Watched", "details", "headline", "page"]

_LONGEST = 1000
_UNSAID = frozenset({"alertname"})


def headline(alert: Alert, receiver: str) -> str:
    """Return a line with the alert and its receiver."""
    return f"{clean(alert.name)} reached {clean(receiver)}"


def page(alert: Alert) -> str:
    """Return the path of its runbook in a checkout; empty if the link is not to one of ours."""
    url = clean(alert.annotations.get("runbook_url"), _LONGEST)
    path = url.removeprefix(RUNBOOKS)
    return f"docs/runbooks/{path}" if path != url and ".." not in path else ""


def details(alert: Alert) -> dict[str, str]:
    """Return the texts for a person by title; missing ones are left out."""
    labels = [f"{clean(key)}={clean(value)}" for key, value in sorted(alert.labels.items()) if key not in _UNSAID]
    found = {"labels": " ".join(labels), "summary": clean(alert.annotations.get("summary"), _LONGEST)}
    # An all-clear has the annotations of the last alert, but its instructions no longer apply.
    found |= (
        {}
        if alert.status == "resolved"
        else {
            "description": clean(alert.annotations.get("description"), _LONGEST),
            "runbook": clean(alert.annotations.get("runbook_url"), _LONGEST),
            "page": page(alert),
        }
    )
    return {key: value for key, value in found.items() if value}


ALERT = "VClusterNotReady"
EXPECTED = ("Scheduled", "Progressing", "Ready", "Degraded", "Ready")
"""The phases that the request must go through, in this order."""

# `for`, then a flush of Alertmanager's group, then a margin for a busy machine
_PATIENCE = 60.0
_LOOK = 0.5


class Watched:
    """The request of `make demo`, with monitoring.

    Args:
        stage: The running stage.
        screen: The output.
        folder: The folder for the files of Prometheus and Alertmanager.
        environ: The environment of the demo.
    """

    def __init__(self, stage: Stage, screen: Screen, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._stage = stage
        self._screen = screen
        self._folder = folder
        self._environ = environ
        self.story = Story(stage, screen)
        metadata = stage.request()["metadata"]
        self._labels = {"namespace": metadata["namespace"], "name": metadata["name"]}
        self._rules = alerts(read_groups(RULES))

    def play(self, hold: Callable[[Chain], None] | None = None) -> None:
        """Play the scenes.

        Args:
            hold: Called at the end, while everything still runs.

        Raises:
            StageError: Prometheus or Alertmanager did not start, or exited.
            StoryError: A phase, a notification or an answer differs from the expected one.
        """
        self._screen.doing("starting Prometheus and Alertmanager")
        self._folder.mkdir()
        try:
            with running(self._stage.sidecar.address, self._folder, [self._show]) as chain:
                self._screen.step(f"Prometheus: {chain.prometheus.url}")
                self._screen.step(f"Alertmanager, with observability/alertmanager.yaml: {chain.alertmanager.url}")
                self._screen.step("a minute of `for` and of Alertmanager's waiting passes in a second here")
                with self.story.told():
                    self._scenes(chain)
                if hold:
                    hold(chain)
        except (RuntimeError, OSError) as error:  # it did not start, or no longer answers
            raise StageError(f"Prometheus or Alertmanager: {error}") from error

    def _scenes(self, chain: Chain) -> None:
        self.story.come_up()
        self._screen.doing("Prometheus scrapes")
        # An alert needs a series of the request: until it is scraped, nothing can be seen to fail.
        request = ",".join(f'{key}="{value}"' for key, value in self._labels.items())
        chain.watch(f'platform_resource_phase{{{request},phase="Ready"}} == 1')
        self._screen.step(
            f"Prometheus has scraped it, and evaluates the {len(self._rules)} alerts of observability/rules"
        )
        self._ask(asking.YES)
        self.story.crash()
        broken = time.monotonic()
        self._await_told(chain, "firing", "the alert")
        self._screen.step(f"{time.monotonic() - broken:.0f} s after the request was Degraded; `for` is {self._for()}")
        self._ask(asking.NO)
        self.story.replace_crashed()
        self._await_told(chain, "resolved", "the all-clear")
        self._ask(asking.YES)
        told = [alert.status for alert in chain.receiver.of(ALERT, **self._labels)]
        if told != ["firing", "resolved"]:
            raise StoryError(f"expected one alert and one all-clear, {ALERT} arrived as {', '.join(told)}")
        self.story.conclude(EXPECTED)

    # -- output

    def _show(self, notification: Notification) -> None:
        """Print a notification, in the receiver's thread."""
        for alert in notification.alerts:
            said = headline(alert, notification.receiver)
            if alert.name == ALERT and self._labels.items() <= alert.labels.items():
                self._screen.alert(clean(alert.status), said, details(alert))
            else:
                summary = details(alert).get("summary", "")
                self._screen.step(f"also {clean(alert.status)}: {said}: {summary}")

    def _ask(self, expected: asking.Expected) -> None:
        self._screen.doing("hctl ask")
        answer = asking.ask(self._stage.plane.kubeconfig, self._environ)
        self._screen.answer(answer.command, answer.lines)
        asking.check(answer, expected)

    # -- waiting

    def _for(self) -> str:
        whole = self._rules[ALERT]["for"]
        return f"{whole}, here {int(hastened(whole).removesuffix('ms')) / 1000:g} s"

    def _await_told(self, chain: Chain, status: str, what: str) -> None:
        def arrived(receiver: Receiver) -> bool:
            return status in [alert.status for alert in receiver.of(ALERT, **self._labels)]

        started = time.monotonic()
        while not chain.receiver.wait(arrived, _LOOK):
            waited = time.monotonic() - started
            if waited > _PATIENCE:
                raise StoryError(f"waited {_PATIENCE:g} s for {what} of {ALERT}; Prometheus: {self._said(chain)}")
            self._screen.doing(f"waiting for {what}, {waited:.0f} s; Prometheus: {self._said(chain)}")

    def _said(self, chain: Chain) -> str:
        alerts = chain.prometheus.get("alerts")["alerts"]
        wanted = {"alertname": ALERT, **self._labels}.items()
        return next((clean(alert["state"]) for alert in alerts if wanted <= alert["labels"].items()), "nothing")

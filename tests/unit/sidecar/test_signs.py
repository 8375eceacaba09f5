"""Signs of life of Argo CD: a group is silent if nothing in it moves, and one Application that moves is enough."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.times import format_time
from platform_status_contract.observing.observe import observe
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.observation import Observation, Present
from platform_status_contract.sources.registry import KINDS
from platform_status_sidecar.app import App
from platform_status_sidecar.settings import SidecarSettings
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, watched

AFTER = 900
MINUTE = 60
HERE, THERE = "https://kubernetes", "https://media:443"
REFRESH = {"argocd.argoproj.io/refresh": "normal"}
SKIP = {"argocd.argoproj.io/skip-reconcile": "true"}
MAIN = "vcluster-media"
CONTRACT = {key: support.CONTRACT[key] for key in ("version", "generation", "displayName", "name", "application")}


class Watching:
    """A sidecar that watches Applications, and Argo CD as it looks at them."""

    def __init__(self, after: float = AFTER) -> None:
        self.known = watched(silent_after=after)
        self.known.put(Source.REQUESTS, support.request(support.settled(CONTRACT)))
        self.known.sync()
        self._version = 1

    @property
    def now(self) -> datetime:
        return self.known.clock.now()

    def look(
        self,
        name: str = MAIN,
        *,
        age: float = 0,
        server: str = HERE,
        controller: str = "argocd",
        notes: dict[str, str] | None = None,
    ) -> list[Key]:
        """Show an Application at which Argo CD looked so many seconds ago; return who was woken."""
        self._version += 1
        item = support.application(name, server=server, annotations=notes or {})
        item["metadata"]["resourceVersion"] = str(self._version)
        moment = format_time(self.now - timedelta(seconds=age))
        item["status"] |= {"controllerNamespace": controller, "reconciledAt": moment}
        return self.known.put(Source.APPLICATIONS, item)

    def wait(self, seconds: int) -> None:
        """Let time pass as a watch does, which hears something every minute."""
        for passed in range(0, seconds, MINUTE):
            self.freeze(min(MINUTE, seconds - passed))

    def freeze(self, seconds: int) -> None:
        """Let time pass while nobody hears anything."""
        self.known.clock.advance(seconds)
        self.known.store.note_alive(Source.APPLICATIONS, self.now)

    def is_silent(self, name: str = MAIN) -> bool:
        record = self.known.store.record(Source.APPLICATIONS, ("argocd", name))
        assert record is not None
        silence = self.known.store.silence(Source.APPLICATIONS, record)
        return silence is not None and max(silence.at, silence.earliest) <= self.now


@pytest.fixture
def watching() -> Watching:
    return Watching()


def test_silence_is_what_follows_the_last_look(watching: Watching) -> None:
    watching.look()
    watching.wait(AFTER - 1)
    assert not watching.is_silent()
    watching.wait(1)
    assert watching.is_silent()


def test_nothing_is_silent_unless_that_is_asked_for() -> None:
    watching = Watching(after=0)
    watching.look()
    watching.wait(100 * AFTER)
    assert not watching.is_silent()


def test_one_application_that_moves_keeps_its_group_alive(watching: Watching) -> None:
    watching.look("old", age=10 * AFTER)
    for _ in range(10):
        watching.wait(200)
        watching.look("moves")
    assert not watching.is_silent("old")


def test_two_controllers_and_two_clusters_are_silent_apart(watching: Watching) -> None:
    watching.look("one")
    watching.look("two", controller="team-argocd")
    watching.look("far", server=THERE)
    watching.wait(AFTER)
    watching.look("one")
    assert [watching.is_silent(name) for name in ("one", "two", "far")] == [False, True, True]


def test_one_that_argo_cd_leaves_alone_is_no_sign_and_has_none(watching: Watching) -> None:
    watching.look("left-alone", notes=SKIP)
    watching.look("old", age=AFTER)
    watching.wait(5 * MINUTE)
    assert watching.is_silent("old")
    assert not watching.is_silent("left-alone")


def test_who_has_only_begun_to_watch_says_nothing(watching: Watching) -> None:
    watching.look(age=8 * 3600)
    watching.wait(5 * MINUTE - 1)
    assert not watching.is_silent()
    watching.wait(1)
    assert watching.is_silent()


def test_after_hibernation_argo_cd_has_time_to_wake_up(watching: Watching) -> None:
    watching.look()
    watching.freeze(8 * 3600)
    watching.wait(4 * MINUTE)
    assert not watching.is_silent()
    watching.look()
    watching.wait(5 * MINUTE)
    assert not watching.is_silent()


def test_a_sign_in_the_future_is_one_of_now(watching: Watching) -> None:
    watching.look(age=-365 * 86400)
    watching.wait(AFTER)
    assert watching.is_silent()


def test_a_refresh_that_is_not_done_in_five_minutes_is_silence(watching: Watching) -> None:
    watching.look()
    watching.wait(MINUTE)
    watching.look(age=MINUTE, notes=REFRESH)
    watching.wait(5 * MINUTE - 1)
    assert not watching.is_silent()
    watching.wait(1)
    assert watching.is_silent()


def test_a_refresh_that_was_done_is_none(watching: Watching) -> None:
    watching.look()
    watching.look(notes=REFRESH)
    watching.wait(MINUTE)
    watching.look(age=MINUTE)
    watching.wait(6 * MINUTE)
    assert not watching.is_silent()


def test_a_refresh_that_was_forgotten_is_none_where_others_move(watching: Watching) -> None:
    watching.look("asked", notes=REFRESH)
    watching.wait(MINUTE)
    watching.look("moves")
    watching.wait(6 * MINUTE)
    assert not watching.is_silent("asked")


def test_at_rest_signs_of_life_wake_nobody_and_the_end_of_a_silence_wakes_everybody(watching: Watching) -> None:
    watching.look()
    watching.look("other")
    watching.wait(200)
    assert watching.look("other") == []
    assert watching.look() == []
    watching.wait(AFTER)
    assert watching.look("other") == [MEDIA]
    assert watching.look("other") == []


def test_the_observation_says_from_when_on_it_is_silent(watching: Watching) -> None:
    watching.look()
    contract = support.contract(subApplications=None, workloads=None, secrets=None, works=False)
    seen = observe(watching.known.store, MEDIA, contract)
    assert isinstance(seen, Observation)
    assert isinstance(seen.application, Present)
    silence = seen.application.value.silence
    assert silence is not None
    assert (silence.at - watching.now, silence.earliest - watching.now) == (
        timedelta(seconds=AFTER),
        timedelta(minutes=5),
    )


def test_the_setting_reaches_the_store() -> None:
    settings = SidecarSettings(listen_host="127.0.0.1", listen_port=0, argocd_silent_after=AFTER)
    clock = support.TurnedClock()
    app = App(settings, transport=support.ScriptedServer(), clock=clock, identity="test")
    try:
        item = support.application()
        item["status"]["reconciledAt"] = format_time(clock.now())
        record = KINDS[Source.APPLICATIONS].decode(support.encode(item))
        assert record is not None
        app.store.note_synced(Source.APPLICATIONS, clock.now())
        app.store.put(Source.APPLICATIONS, record)
        silence = app.store.silence(Source.APPLICATIONS, record)
    finally:
        app.close()
    assert silence is not None
    assert silence.at - clock.now() == timedelta(seconds=AFTER)


NAMES = ("a", "b", "c")
PLACES = ((HERE, "argocd"), (THERE, "argocd"), (HERE, "team-argocd"))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.sampled_from(NAMES), st.sampled_from(PLACES), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 12)),
        st.tuples(st.just("remove"), st.sampled_from(NAMES)),
    ),
    max_size=30,
)


@given(STEPS)
def test_a_group_is_silent_as_long_as_nobody_in_it_has_moved(steps: list[tuple[object, ...]]) -> None:
    watching = Watching()
    watching.wait(5 * MINUTE)
    lies: dict[str, tuple[object, bool]] = {}
    moved: dict[object, datetime] = {}
    for step in steps:
        match step:
            case ("look", str(name), (str(server), str(controller)), bool(skipped)):
                watching.look(name, server=server, controller=controller, notes=SKIP if skipped else {})
                lies[name] = ((server, controller), skipped)
                if not skipped:
                    moved[server, controller] = watching.now
            case ("wait", int(minutes)):
                watching.wait(minutes * MINUTE)
            case ("remove", str(name)):
                watching.known.remove(Source.APPLICATIONS, ("argocd", name))
                lies.pop(name, None)
        moved = {place: when for place, when in moved.items() if place in {where for where, _ in lies.values()}}
        for name, (place, skipped) in lies.items():
            last = moved.get(place)
            is_old = last is not None and watching.now - last >= timedelta(seconds=AFTER)
            assert watching.is_silent(name) is (is_old and not skipped)

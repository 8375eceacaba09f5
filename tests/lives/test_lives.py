"""Every story goes through exactly the phases it tells, whatever moment the sidecar is restarted at."""

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.validation import STATUS, load_schema, validate
from tests.lives.telling import KRATIX_CONDITION, Chapter, Story, duration, load, tell

STORIES_FOLDER = Path(__file__).parent
STORIES = sorted(STORIES_FOLDER.glob("*.yaml"))
REASONS = {entry["const"]: entry for entry in load_schema(STATUS)["$defs"]["reason"]["oneOf"]}
MALFORMED = {"version": "v1", "generation": "three"}
TOLERANCE = timedelta(seconds=60)


def _name(path: Path) -> str:
    return path.stem


def _phases_only(lines: list[str]) -> list[str]:
    return [line.split(" ", 1)[1] for line in lines]


def _middles(story: Story) -> list[timedelta]:
    """A moment in the middle between each two decisions of the unbroken life."""
    moments = tell(story).moments
    return [
        timedelta(seconds=int((earlier + (later - earlier) / 2).total_seconds()))
        for earlier, later in pairwise(moments)
        if later - earlier >= timedelta(seconds=2)
    ]


@pytest.mark.parametrize("path", STORIES, ids=_name)
def test_life_goes_through_the_phases_it_tells(path: Path) -> None:
    story = load(path)
    assert tell(story).phases == story.phases


@pytest.mark.parametrize("path", STORIES, ids=_name)
def test_restart_in_the_middle_changes_no_phase(path: Path) -> None:
    story = load(path)
    middles = _middles(story)
    assert middles, "a story in which nothing lasts two seconds has no middle"
    for middle in middles:
        told = tell(story, restarts=[middle])
        if story.restarts == "exact":
            assert told.phases == story.phases, f"restarted at {middle}"
            continue
        assert _phases_only(told.phases) == _phases_only(story.phases), f"restarted at {middle}"
        for line, expected in zip(told.phases, story.phases, strict=True):
            late = duration(line.split()[0]) - duration(expected.split()[0])
            assert timedelta() <= late <= TOLERANCE, f"restarted at {middle}: {line}, not {expected}"


@pytest.mark.parametrize("path", [path for path in STORIES if load(path).restarts == "exact"], ids=_name)
def test_restart_at_every_moment_at_once_changes_no_phase(path: Path) -> None:
    story = load(path)
    assert tell(story, restarts=_middles(story)).phases == story.phases


@pytest.mark.parametrize("path", STORIES, ids=_name)
def test_looking_again_every_half_minute_writes_nothing_more(path: Path) -> None:
    story = load(path)
    unbroken = tell(story)
    looks = [timedelta(seconds=30 * step) for step in range(int(max(unbroken.moments).total_seconds()) // 30)]
    # a restart is the strongest look there is, but forgets since when a source has been unreadable
    told = tell(_with_looks(story, looks))
    assert (told.phases, told.writes) == (unbroken.phases, unbroken.writes)


@pytest.mark.parametrize("path", STORIES, ids=_name)
def test_kratix_keeps_its_condition_through_every_life(path: Path) -> None:
    status = tell(load(path)).status
    conditions = status["conditions"]
    assert isinstance(conditions, list)
    assert KRATIX_CONDITION in conditions
    assert len({condition["type"] for condition in conditions}) == len(conditions)


@pytest.mark.parametrize("path", STORIES, ids=_name)
def test_every_status_of_a_life_keeps_to_the_contract(path: Path) -> None:
    statuses = tell(load(path)).statuses
    assert statuses
    for status in statuses:
        document = json.loads(json.dumps(status))
        if document.get("contract") == MALFORMED:  # the author's doing, and the point of that story
            del document["contract"]
        assert validate(document, STATUS) == ()
        for condition in document["conditions"]:
            if condition["type"] in set(ConditionType):
                allowed = REASONS[condition["reason"]]["x-conditions"]
                assert condition["type"] in allowed, f"{condition['reason']} on {condition['type']} is not documented"


def test_an_image_that_cannot_be_pulled_is_one_write_however_often_the_kubelet_tries() -> None:
    """ErrImagePull and ImagePullBackOff alternate, and so do the other words for a try."""
    first = Chapter("0s", {"workflow": "completed", "contract": 1, "works": "written", "application": "Synced Healthy"})
    first.world |= {"pods": {"ready": 1}, "secret": "exists"}
    words = ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImagePullBackOff", "SignatureValidationFailed")
    tries = [Chapter(f"{3600 + 5 * number}s", {"pods": {words[number % 5]: 1}}) for number in range(100)]
    told = tell(Story("", [first, *tries], []), end=timedelta())
    before = tell(Story("", [first, tries[0]], []), end=timedelta())
    assert told.statuses == before.statuses
    assert told.writes == 2
    assert "media-0 (ImagePullBackOff)" in str(told.status["message"])


def test_a_sync_that_fails_again_and_again_is_written_three_times() -> None:
    told = tell(load(STORIES_FOLDER / "sync-tried-again-and-again.yaml"))
    assert told.writes == 1 + 3
    assert [str(status["message"]).partition(": ")[2] for status in told.statuses[2:]] == [
        "Application argocd/vcluster-media failed to sync: ConfigMap settings: the key forbidden is forbidden here"
    ] * 2


def _with_looks(story: Story, looks: list[timedelta]) -> Story:
    """The same life with empty chapters: resyncs."""
    known = {duration(chapter.at) for chapter in story.life}
    extra = [type(story.life[0])(at=f"{int(look.total_seconds())}s") for look in looks if look not in known]
    return Story("", [*story.life, *extra], story.phases, story.status, story.restarts)

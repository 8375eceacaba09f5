"""What a request observes, and the index keys (topics) by which a change finds the request. Pure."""

from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct

from .records import Key

__all__ = ["NOTHING", "Interest", "Place", "Topic", "about_kind", "about_object", "about_place", "union"]

Topic: TypeAlias = tuple[str, ...]
"""Index key of something that may change: its sort, then its names. Only equal topics are the same thing."""

Place: TypeAlias = tuple[str, str, str]
"""A part of a kind that is kept because a request observes it: kind, namespace, and a name, or empty for all names."""


_MAX_KINDS: Final = 64
"""Kinds of which the topic is made once; more of them only cost memory."""


class Interest(Struct, frozen=True, gc=False):
    """What one request observes; tuples, because those of a thousand requests stay in memory, and sets are larger.

    Attributes:
        topics: Topics whose changes wake it.
        sources: The kinds that must be watched for it.
        places: The places that it observes, of kinds of which only observed places are kept.
        secrets: The Secrets that it observes, which are polled one by one.
        labels: Kinds, and keys of the labels by which it selects objects of them.
    """

    topics: tuple[Topic, ...] = ()
    sources: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    secrets: tuple[Key, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


NOTHING = Interest()
"""A request without a readable contract observes nothing."""


def union(*interests: Interest) -> Interest:
    """Combine interests, each part without duplicates, and add a topic for each kind and each place as a whole."""
    sources = sorted({source for each in interests for source in each.sources})
    places = sorted({place for each in interests for place in each.places})
    topics = {topic for each in interests for topic in each.topics}
    topics |= {about_kind(source) for source in sources} | {about_place(place) for place in places}
    return Interest(
        tuple(sorted(topics)),
        tuple(sources),
        tuple(places),
        tuple(sorted({secret for each in interests for secret in each.secrets})),
        tuple(sorted({label for each in interests for label in each.labels})),
    )


@lru_cache(_MAX_KINDS)
def about_kind(source: str) -> Topic:
    """Return the topic of a kind as a whole, which becomes readable or unreadable; every request has the same few."""
    return ("kind", source)


def about_object(source: str, key: Key) -> Topic:
    """Return the topic of one object."""
    return (source, *key)


def about_place(place: Place) -> Topic:
    """Return the topic of a place; for a place of one object it is the topic of the object."""
    return place if place[2] else place[:2]

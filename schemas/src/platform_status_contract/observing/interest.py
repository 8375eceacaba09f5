"""What a request wants to know of, and the words by which a change finds it. Pure."""

from typing import TypeAlias

from msgspec import Struct

from .records import Key

__all__ = ["NOTHING", "Interest", "Place", "Topic", "about_kind", "about_object", "about_place", "union"]

Topic: TypeAlias = tuple[str, ...]
"""What may change, exactly: first its sort, then its names. Equal topics are the same thing, nothing else is."""

Place: TypeAlias = tuple[str, str, str]
"""A part of a kind that is kept because somebody observes it: kind, namespace, and a name, or empty for all of it."""


class Interest(Struct, frozen=True, gc=False):
    """What one request observes.

    Attributes:
        topics: What it is woken by.
        sources: The kinds that must be watched for it.
        places: Of kinds of which only what is observed is kept, the parts that it observes.
        secrets: The Secrets that it observes, which are asked for one by one.
        labels: Kinds, and keys of the labels by which it selects objects of them.
    """

    topics: frozenset[Topic] = frozenset()
    sources: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset()
    secrets: frozenset[Key] = frozenset()
    labels: frozenset[tuple[str, str]] = frozenset()


NOTHING = Interest()
"""A request without a readable contract observes nothing."""


def union(*interests: Interest) -> Interest:
    """Add up interests; a kind as a whole, and a place as a whole, are of interest too."""
    sources = frozenset[str]().union(*(each.sources for each in interests))
    places = frozenset[Place]().union(*(each.places for each in interests))
    topics = frozenset[Topic]().union(*(each.topics for each in interests))
    return Interest(
        topics | {about_kind(source) for source in sources} | {about_place(place) for place in places},
        sources,
        places,
        frozenset[Key]().union(*(each.secrets for each in interests)),
    )


def about_kind(source: str) -> Topic:
    """Name a kind as a whole: it becomes readable or unreadable."""
    return ("kind", source)


def about_object(source: str, key: Key) -> Topic:
    """Name one object."""
    return (source, *key)


def about_place(place: Place) -> Topic:
    """Name a place; that of one object is the object."""
    source, namespace, name = place
    return (source, namespace, name) if name else (source, namespace)

"""A question -> what it wants to know, by rules that a person can read; pure, and total over any text.

The rules are tried in order, the first that fits wins. They see the mended words joined by single spaces, so a name
such as ``pods-checker`` is one word and never the word "pods". Where a name stood they see ``_``, for a
namespace ``@``.
"""

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from .vocabulary import KNOWN, NEGATIVE, ORDERS, PLAIN
from .words import mend

__all__ = ["Intent", "Topic", "read_intent"]


class Topic(StrEnum):
    """What can be asked."""

    WORKING = "working"
    WHY = "why"
    SINCE = "since"
    CHECKED = "checked"
    WHERE = "where"
    LOGIN = "login"
    BROKEN = "broken"
    CHANGED = "changed"
    PHASE = "phase"
    PODS = "pods"
    SUBAPPS = "subapps"
    ARGOCD = "argocd"
    OTHER = "other"


class Intent(Struct, frozen=True):
    """What a question wants to know.

    Attributes:
        topic: About what.
        yes_or_no: Whether "Yes" or "No" is a word that the answer may begin with.
        order: Whether it wants something done; nothing is.
        plural: Whether it is about all there are, unless it names one.
        other_time: Whether it asks how it was or will be; only how it is can be told.
    """

    topic: Topic
    yes_or_no: bool = False
    order: bool = False
    plural: bool = False
    other_time: bool = False


_PLURAL: Final = (
    r"everything|everybody|anything|something|nothing|all|any|how many|which|overview|summary|list|they|them|"
    r"at least one|some|none|no _|platform|fleet|are we|one of|vclusters|clusters|requests|paths|resources|things|"
    r"stuff|ones|problems|issues|others"
)
_LOGIN: Final = (
    r"log ?in|login|log on|logon|log into|sign ?in|signin|sign on|get in|get into|connect|kubectl(?! get| describe)|"
    r"credentials?|creds?|kubeconfigs?|passwords?|passwd|tokens?|secrets?|1password|onepassword|"
    r"authenticate|authentication|auth|get access|access (?:to|it|my|the|our)|how .{0,60}access"
)
_WHERE: Final = (
    r"where|(?:which|what) (?:namespace|ns)|(?:namespace|ns) of|"
    r"endpoints?|urls?|address(?:es)?|links?|hostname|host|dns|ip|ingress|"
    r"how .{0,60}(?:reach|visit|browse|open)|(?:what|which|give|show) (?:\S+ ){0,3}(?:api|server|apiserver)"
)
_CHECKED: Final = (
    r"last (?:check(?:ed)?|look(?:ed)?|reconciled?|refreshed|verified|seen|heartbeat)|"
    r"(?:checked|reconciled|refreshed|verified|looked at) (?:last|lately|recently)|"
    r"how (?:fresh|old|recent|current|up to date)|fresh|freshness|outdated|"
    r"(?:status|answer|phase) (?:\S+ ){0,3}(?:stale|current|up to date)|"
    r"(?:trust|believe|rely on) (?:the|this|that|its|his|her|your) (?:status|answer|phase)"
)
_CHANGED: Final = (
    r"chang(?:e|es|ed)|what happened|what has happened|what is happening|what is new|anything new|"
    r"events?|history|updates?|updated|difference|different|recently|news"
)
_SINCE: Final = (
    r"since when|since how|when did|when was|when has|how long|for how long|uptime|since what|what time|"
    r"since|time since"
)
_WHY: Final = (
    r"why|how come|reasons?|causes?|caused|causing|root cause|diagnos(?:e|is)|explain|explanation|"
    r"what is (?:\S+ ){0,3}(?:wrong|waiting|the (?:matter|problem|issue|error|trouble))|what went wrong|"
    r"what is (?:\S+ ){0,2}(?:broken|failing|not working|down) (?:in|with|on|about|at|for) (?!@)\S+|"
    r"what is up with|whats up with|waiting for (?:what|which)|stuck (?:on|at) what|"
    r"what (?:is )?(?:blocking|blocks|breaking|breaks|keeping|keeps|holding|holds)|"
    r"restarts|logs|exit codes?|(?:how|what) .{0,60}fix|what (?:should|can|do|could) i do|"
    r"what (?:is|are) (?:the )?(?:problems?|issues?|errors?) (?:with|of|in)"
)
_SUBAPPS: Final = (
    r"sub-?apps?|sub-? ?apps?|sub-? ?applications?|child apps?|addons?|"
    r"(?<!argo )(?<!argocd )(?<!argo-cd )(?<!argo cd )apps? (?:in|inside|of|on|within|running|deployed|healthy)|"
    r"applications?"
)
_PODS: Final = r"pods?|replicas?|containers?"
_ARGO: Final = r"argo(?:cd)?|argo-cd|sync(?:ed|ing)?|synchronized|out-of-sync|outofsync|gitops|in-sync"
_ARGO_PAGE: Final = (
    r"(?:where|link|links|url|address|open|see|find|dashboard|ui|page) (?:\S+ ){0,6}(?:argo|argocd|argo-cd)|"
    r"(?:argo|argocd|argo-cd|cd) (?:link|url|ui|dashboard|page|address)"
)
_PHASES: Final = (
    r"phases?|states?|stage|lifecycle|deleted|deleting|terminating|gone|going away|progressing|progress|scheduled|"
    r"pending|provisioning|installing|starting|coming up|being (?:created|set up|built)"
)
_NOT_WELL: Final = "|".join(sorted(NEGATIVE))
_WORKING: Final = (
    r"work(?:ing|s|ed)?|ready|up|ok|okay|k|alright|all right|fine|good|great|healthy|health|alive|running|runs?|usable|"
    r"available|online|live|operational|functional|functioning|reachable|stable|done|finished|completed?|green|"
    r"deployed|provisioned|fixed|recovered|repaired|restored|back|status|statuses|what about|how about|"
    r"can (?:i|we) (?:use|trust|rely)|use it|trusted|"
    r"how (?:\S+ ){0,3}(?:is|are)|how (?:does|do)|" + "|".join(sorted(NEGATIVE - {"not"}))
)
_OVERVIEW: Final = (
    rf"(?:{_PLURAL}) .{{0,120}}(?:{_WORKING}|there|have)|(?:{_WORKING}) (?:{_PLURAL})|how many|overview|summary|"
    rf"(?:what|who) (?:is|are) (?:\S+ ){{0,2}}(?:{_NOT_WELL})|needs? (?:\S+ )?(?:attention|look|help|fixing|care)|"
    rf"(?:what|who) (?:broke|fails?|crashed|failed)|outages?|"
    r"list|show (?:me )?(?:all|every|the broken)|everything|problems?|issues?|trouble|"
    r"status of (?:all|every|everything|the platform)|(?:platform|all) status|how are (?:things|we|they)|"
    r"how is (?:the |our )?(?:platform|fleet)"
)


def _words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that fits whole words only."""
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")


_RULES: Final = tuple(
    (topic, _words(pattern))
    for topic, pattern in (
        (Topic.WHY, _WHY),
        (Topic.CHECKED, _CHECKED),
        (Topic.CHANGED, _CHANGED),
        (Topic.SINCE, _SINCE),
        (Topic.LOGIN, _LOGIN),
        (Topic.SUBAPPS, _SUBAPPS),
        (Topic.PODS, _PODS),
        (Topic.WHERE, _ARGO_PAGE),
        (Topic.ARGOCD, _ARGO),
        (Topic.WHERE, _WHERE),
        (Topic.PHASE, _PHASES),
        (Topic.BROKEN, _OVERVIEW),
        (Topic.WORKING, _WORKING),
    )
)
_PLURALS: Final = _words(_PLURAL)
_OTHER_TIME: Final = _words(
    r"was|were|had|ever|yesterday|tomorrow|soon|later|earlier|before|will|would|last (?:night|week|month|time)|"
    r"this morning|at \d{1,2}(?::\d\d)? ?(?:am|pm)?|next (?:week|month|time)"
)
_TURNED: Final = _words(
    r"(?:can|could|would|to) (?:\S+ ){0,2}be|being|been|(?:have|has|need|needs) to|done for|"
    r"(?:good|great|fine|ok|okay|alright) that"
)
"""Plain words that together ask for something else than whether it works now: "can it be fixed?"."""
_POLITE: Final = _words(
    r"please|pls|plz|can|could|would|will|you|hey|hi|hello|just|now|go|and|i|want|to|need|let|us|lets|me|kindly"
)
_GREETING: Final = (
    r"(?:hey|hi|hello|so|and|ok|please|pls|plz|quick|question|yo|tell me|can you (?:tell|check)(?: me)?|check|"
    r"do you know|i wonder|wondering|know|whether|if)"
)
_CLOSED: Final = re.compile(rf"^(?:{_GREETING} )*(?:is|are|does|do|has|have|was|were|can|will|did)(?!\S)")
_OPEN: Final = _words(
    r"status|statuses|what|how|which|when|where|show|list|overview|summary|tell me about|health of|many"
)
_UNMISTAKABLE: Final = PLAIN | {"_", "@"}


def read_intent(words: Sequence[str], keep: Collection[str] = ()) -> Intent:
    """Say what a question wants to know.

    Args:
        words: Its words (`words.read_question`).
        keep: Names of the cluster, which are not typing errors.
    """
    mended = mend(words, keep)
    said = " ".join(mended)
    first = _POLITE.sub("", said).split()[:1]
    if first and first[0] in ORDERS:
        return Intent(Topic.OTHER, order=True)
    topic = next((topic for topic, rule in _RULES if rule.search(said)), Topic.OTHER)
    # To "is it broken?", "has it stopped working?", "was it up?" a Yes or a No may be heard as the answer to the other
    # question. So these words are kept for questions of nothing but plain words and names, none of them mistyped. A
    # request that somebody called "down" makes that word no plainer: where it stands as a name, there is `_` by now.
    names = frozenset(keep) - KNOWN
    plain = tuple(mended) == tuple(words) and all(word in _UNMISTAKABLE or word in names for word in words)
    closed = bool(_CLOSED.search(said)) or not _OPEN.search(said)
    other_time = bool(_OTHER_TIME.search(" ".join(words)))
    return Intent(
        topic,
        yes_or_no=topic in (Topic.WORKING, Topic.BROKEN)
        and closed
        and plain
        and not other_time
        and not _TURNED.search(said),
        plural=bool(_PLURALS.search(said)),
        other_time=other_time,
    )

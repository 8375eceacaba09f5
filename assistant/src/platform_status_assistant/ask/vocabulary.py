"""The words by which a question is understood, and those that say nothing.

A word in here is never taken for the name of a request, unless it is used as one (`names`).
"""

from collections.abc import Mapping
from typing import Final

__all__ = [
    "CHATTER",
    "COLLECTIVE",
    "CONTRACTIONS",
    "KNOWN",
    "NEGATING",
    "NEGATIVE",
    "ORDERS",
    "PLAIN",
    "TELLING",
    "TYPABLE",
]


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONTRACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "whats": ("what", "is"),
    "wats": ("what", "is"),
    "hows": ("how", "is"),
    "wheres": ("where", "is"),
    "its": ("it", "is"),
    "isnt": ("is", "not"),
    "arent": ("are", "not"),
    "aint": ("is", "not"),
    "doesnt": ("does", "not"),
    "dont": ("do", "not"),
    "didnt": ("did", "not"),
    "cant": ("can", "not"),
    "cannot": ("can", "not"),
    "wont": ("will", "not"),
    "wasnt": ("was", "not"),
    "hasnt": ("has", "not"),
    "havent": ("have", "not"),
    "whys": ("why", "is"),
    "r": ("are",),
    "u": ("you",),
    "y": ("why",),
    "wut": ("what",),
}
"""What people write without an apostrophe, or in a hurry."""

NEGATIVE: Final = _listed(
    """
    not down broken break breaks broke dead die died fail fails failed failing failure degraded stuck offline unhealthy
    crash crashes crashed crashing crashloop crashlooping trouble wrong problem problems issue issues error errors
    unavailable unreachable unusable unstable unsynced unwell unready inoperative inaccessible nonfunctional
    malfunctioning dysfunctional misbehaving stale stalled stopped killed lost missing flaky impaired sick bad borked
    oom oomkilled imagepullbackoff evicted pulled hosed kaputt kaput busted hanging hangs hung slow outage paused
    """
)
"""Words that turn "is it ...?" round: a Yes to such a question would mean No."""

_POSITIVE: Final = _listed(
    """
    working work works worked ready up ok okay k alright fine good well great healthy health alive running run runs
    usable available online live operational functional functioning reachable stable done finished complete completed
    green deployed provisioned fixed recovered repaired restored trust trusted back
    there status state phase
    """
)

_ASKING: Final = _listed(
    """
    why how where when since which what who phase phases stage state states status statuses lifecycle deleted deleting
    terminating gone progressing progress scheduled pending provisioning installing waiting created creating built
    pods pod replica replicas container containers
    argocd argo cd sync synced syncing synchronized outofsync gitops
    subapps subapp sub-apps sub-app sub apps app applications application addons addon
    endpoint endpoints url urls address addresses link links hostname host dns ip ingress reach visit browse open
    dashboard ui page api server apiserver
    login logon log signin sign connect connection credentials credential creds cred kubeconfig kubeconfigs kubectl
    password passwords passwd token tokens secret secrets 1password onepassword access authenticate authentication auth
    everything anything something nothing all any many list overview summary count attention help fixing care
    changed change changes happened happen happening recent recently latest last events event history new news
    updated update updates difference different
    blocking blocks breaking keeping holding holds
    reason reasons cause causes caused causing root diagnose diagnosis explain explanation fix matter
    long uptime hours hour minutes minute seconds second days day weeks week today yesterday
    checked reconciled refreshed verified seen heartbeat fresh freshness outdated old believe rely
    restarts logs exit code codes outages
    """
)

COLLECTIVE: Final = _listed(
    "everything anything something nothing all any many list overview summary which what who it"
)
"""Words that stand for several, or for whatever was spoken of: never a name by themselves."""

TELLING: Final = NEGATIVE | _POSITIVE | _ASKING
"""Words that rules are made of."""

PLAIN: Final = _POSITIVE | _listed(
    """
    is are does do can will has have be been being a an the my our your this that it they them you we i me us both all
    everything every of vcluster vclusters cluster clusters virtual request requests golden path paths and or so if
    whether thank ty quick question kindly someone somebody anybody anyone good morning afternoon dear now right
    currently still yet already again today fully completely properly correctly really actually use
    please pls plz thx thanks hey hi hello tell know check could would just to for in on namespace ns called named
    """
)
"""Words of a question that a Yes or a No can only be understood in one way as an answer to."""

NEGATING: Final = ("un", "in", "non", "dis", "mal", "mis", "im", "dys")
"""Beginnings that turn a word round: "unusable" is no typing error for "usable"."""

CHATTER: Final = _listed(
    """
    a an the my mine our ours your yours his her their this that this these those it they them he she we i me us you one
    ones of for to in on at by from with without about into inside within as if then than so and or but nor yet also too
    just still even only now right already again ever never always currently actually really exactly please pls plz plss
    thx thanks thank ty hi hello hey hiya yo dear bot assistant hctl buddy mate folks guys everyone
    is are am was were be been being do does did done doing has have had having can could will would shall should may
    might must let lets gonna going get gets got getting give gives show shows tell tells say says said see seen look
    looks looking find check checking checked verify know knows need needs want wants wanted wondering wonder think
    believe ask question answer quick quickly asap here named called name
    namespace namespaces ns cluster clusters vcluster vclusters virtual platform golden path paths request requests
    resource resources thing things stuff instance instances service services environment env prod
    yes no maybe sure um uh er hmm whether anyone anybody somebody someone everybody much more most less least other
    others another same such own way ways kind kinds type moment time times while ago before after until till
    except excepting excluding besides beside apart aside counting overall altogether generally
    far out off over under use using used start started starting come comes came coming go goes went make makes made
    put try trying tried keep keeps kept current correct true read each both every either neither none lot lots bit like
    back due between mean means meant lives stand stands
    """
)
"""Words that say nothing about what is asked, and are no typing errors either."""

ORDERS: Final = _listed(
    """
    delete remove destroy restart reboot create scale upgrade patch edit apply drain kill stop pause resume rollback
    deploy install uninstall recreate redeploy rename move cordon
    """
)
"""What is no question: whoever begins with one of these wants something done, and nothing is done here."""

KNOWN: Final = TELLING | CHATTER | ORDERS | frozenset(CONTRACTIONS)

_SHORTEST: Final = 5
_LONG: Final = sorted(word for word in TELLING | {"vcluster", "vclusters"} if len(word) >= _SHORTEST)

TYPABLE: Final[Mapping[str, tuple[str, ...]]] = {
    letter: tuple(word for word in _LONG if word[0] == letter) for letter in sorted({word[0] for word in _LONG})
}
"""First letter -> words that a typing error may be taken for."""

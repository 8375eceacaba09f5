"""Masks credentials in texts from the cluster before they are used in a message, a log line or a dump."""

import re

from .texts import without_invisible

__all__ = ["MASK", "masked"]

MASK = "redacted"
"""Replaces a credential; cut to the length of a shorter one."""

_CREDENTIAL = re.compile(
    r"""
    (?P<field> ["']? \b (?:proxy-)? authorization ["']? \s* [:=] \s* ) ["']?
        (?: (?:bearer|basic|digest|negotiate|token|apikey) \s+ )? (?: [^\s,;}"']+ )
    | (?P<scheme> \b (?:bearer|basic) \s+ ) (?: [a-z0-9._~+/=-]+ )
    | (?P<key> (?:(?<!\\)\\*+["'])? \b [a-z0-9_-]{0,64}? (?:token|passw(?:or)?d|passphrase|secret|signature
        |(?:access|account|api|encryption|private|shared|signing|ssh)[_-]?key|client[_-]key[_-]data|tls\.key
        |dockerconfigjson|(?<=")auth(?=")|\b(?:pass|pwd|sig)(?==)|\bcookie(?=:)) (?:\\*["'])? \s* [:=] \s* )
        (?: \\*"[^"]*(?:"|\Z) | '[^']*(?:'|\Z) | [^\s,;&}"']+ )
    | (?P<flag> --[a-z0-9-]{0,64} (?:token|password|passphrase|secret|key) \s+ ) (?: [^\s]+ )
    | (?P<quoted> \b password \s+ ) '[^']*'
    | (?: \b (?: gh[a-z]_ | github_pat_ | glpat- | xox[a-z]- | hv[bs]\. | [rs]k_live_ | npm_ ) [a-z0-9_-]{8,} )
    | (?: \b (?-i:A[KS]IA) [a-z0-9]{12,} | \b (?-i:AIza) [a-z0-9_-]{30,} | \b bot [0-9]{6,12} : [a-z0-9_-]{30,} )
    | (?P<hook> \b (?: hooks\.slack\.com/services | discord(?:app)?\.com/api/webhooks ) / ) [a-z0-9_/-]+
    | (?: \b (?-i:eyJ) [a-z0-9_-]{8,}+ \. [a-z0-9_-]{8,} (?: \. [a-z0-9_-]* )? )
    | (?: -----BEGIN\ [A-Z ]*PRIVATE\ KEY----- .*? (?: -----END\ [A-Z ]*PRIVATE\ KEY----- | \Z ) )
    | (?P<url> \b [a-z][a-z0-9+.-]{0,15} :// ) (?: [^\s/@:]{0,256} : [^\s]{1,4096} | [^\s/@]{1,4096} ) (?= @ )
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
"""Headers, what follows a word such as password=, known prefixes of tokens, private keys, and credentials in URLs."""


_LAST_WORD = re.compile(r"(?<=\s)\S+\Z")


def masked(text: str, limit: int) -> str:
    """Mask everything that looks like a credential: equal texts stay equal, none grows, and the mask is a plain word.

    Args:
        text: Any text.
        limit: Longest result in characters.
    """
    # Mask before cutting to the limit, and drop a last word that is cut: half a credential is not recognised.
    head, rest = text[: 2 * limit], text[2 * limit :]
    if rest and not rest[0].isspace():
        head = _LAST_WORD.sub("", head)
    seen = without_invisible(head)
    if seen != head and _CREDENTIAL.search(seen):
        # An invisible character inside a credential would keep the pattern from matching it.
        head = seen
    return _CREDENTIAL.sub(_mask, head)[:limit]


def _mask(found: "re.Match[str]") -> str:
    kept = "".join(found[name] or "" for name in ("field", "scheme", "key", "flag", "quoted", "hook", "url"))
    return kept + MASK[: len(found[0]) - len(kept)]

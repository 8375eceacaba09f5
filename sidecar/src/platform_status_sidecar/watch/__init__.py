"""List + watch of one resource kind: pages, bookmarks, 410, backoff (kratix.md and the API server's own rules).

Belongs here: everything that waits for the API server: one reflector per kind, the Secret polls, the Lease. No other
module handles resourceVersions of lists, continue tokens or retries. May not: decisions about a request.

Modules: `backfill`, `backoff`, `election`, `lease`, `lists`, `reflector`, `secrets`.
"""

"""List + watch of one resource kind: pages, bookmarks, 410, backoff (kratix.md and the API server's own rules).

Belongs here: whoever waits for the API server to tell something: one reflector per kind, the Secret polls, the Lease.
Nothing else knows about resourceVersions, continue tokens or retries. May not: decisions about a request.

Modules: `backfill`, `backoff`, `discovery`, `election`, `initial`, `lease`, `lease_owner`, `pages`, `reflector`,
`secrets`.
"""

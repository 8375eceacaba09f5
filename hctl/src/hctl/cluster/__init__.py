"""Talking to an API server: configuration, requests, discovery, Leases, watches.

Belongs here: everything that does network I/O, and nothing that decides. Each failure becomes an `errors.HctlError`
that names what was asked, what came back and what would mend it. May not: rich, typer.

Modules: `connection`, `discovery`, `documents`, `leases`, `requests`, `transport`.
"""

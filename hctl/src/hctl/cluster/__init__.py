"""Access to an API server: configuration, requests, discovery, Leases, watches.

Belongs here: all network I/O, and no decisions. Each failure becomes an `errors.HctlError` that names the request, the
response and the fix. May not: rich, typer.

Modules: `connection`, `discovery`, `leases`, `requests`, `transport`.
"""

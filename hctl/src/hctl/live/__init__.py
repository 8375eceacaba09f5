"""Watching and waiting: watches the requests, and reads their Leases every ten seconds.

Leases are not watched, because the Role of every authenticated user allows only ``get``.

Modules: `following`, `screens`.
"""

"""Watching and waiting: the watch API for requests, and a look at their Leases every ten seconds.

Leases are read and not watched, because the Role that every authenticated user has lets them only ``get`` one.

Modules: `following`, `screens`.
"""

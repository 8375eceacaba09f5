"""Derives the sidecar's verdict from a dump, by the same code, with every step of the derivation.

Belongs here: a `View` of a dump, why a row of the phase table matched or not, the objects behind each source, the
forecast. May not: I/O, clocks, or rules of its own; all conclusions come from `platform_status_contract`.

Modules: `derive`, `forecast`, `inputs`, `world`.
"""

"""From a dump to a derivation: the sidecar's own verdict, from the same code, and every step that led to it.

Belongs here: a `View` of a dump, why a row of the phase table matched or not, what the sources rest on, what comes
if nothing changes. May not: I/O, clocks, or a rule of its own: what is concluded comes from `platform_status_contract`.

Modules: `derive`, `forecast`, `inputs`, `rows`, `world`.
"""

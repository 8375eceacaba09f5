"""Any object as a source: what a contract names under `objects`.

`record` decodes what `wanted` names; `standard`, `builtin` and `presets` give the verdict of one object, `choose` picks
which of them judges an entry, `assess` makes of a reading what the phase table looks at. May not: I/O, clocks.

Further modules: `containers`, `declared`, `describe`, `health`, `kinds`, `read`.
"""

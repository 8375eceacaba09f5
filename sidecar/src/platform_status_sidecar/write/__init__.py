"""Writing as a good neighbour (design.md section 6).

Belongs here: what to patch (`plan`), when to wait with it (`pace`), and the patch itself (`writer`), the only code that
changes a request. `plan` and `pace` are pure; only `writer` does I/O. May not: verdicts.

Further modules: `merge_patch`.
"""

"""Writing the status without disturbing Kratix (design.md section 6).

Belongs here: what to patch (`plan`), when to send it (`pace`), and the request itself (`writer`), the only code that
changes a request. `plan` and `pace` are pure; only `writer` does I/O. May not: verdicts.
"""

"""Golden cases: YAML files that say what was given and what follows, and the runners that check them.

A folder per source of design.md section 5, `table` for the phases, `workflow` and `contracts` for what is read from a
status. A file is a table: a document for each case, with its `name`. Ages such as `-90s` and `+60s` count from the
moment of the case (`now`, by default 2026-02-26T10:30:00Z).
"""

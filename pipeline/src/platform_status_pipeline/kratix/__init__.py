"""The shell of a pipeline container: Kratix' folders, its status.yaml, and the API for problems (kratix.md 2 and 3).

Belongs here: all I/O. May not: decisions about a request; those are functions elsewhere.

Modules: `folders`, `live`, `status_file`.
"""

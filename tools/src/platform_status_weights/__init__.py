"""The size of this repository: lines, modules and files, for which design.md sets goals.

Belongs here: counting. May not: a limit, or an import of the counted code.
"""

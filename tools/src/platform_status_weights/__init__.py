"""What this repository weighs: the lines, modules and files of which design.md wants fewer.

Belongs here: counting. May not: a limit, or an import of what is counted.
"""

"""Reads any JSON into safe values: the view of a request, its freshness, its judgement, the lookup of its name.

Belongs here: pure, total functions and their frozen types. May not: I/O, clocks, rich, typer. An unreadable value
counts as absent, never as good evidence.

Modules: `fields`, `freshness`, `judgement`, `read`, `views`.
"""

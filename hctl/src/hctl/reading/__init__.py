"""From any JSON to what may be told: a request's view, how fresh it is, what it is worth, whose name it is.

Belongs here: pure, total functions and their frozen types. May not: I/O, clocks, rich, typer. Whatever cannot be read
counts as absent, never as a good sign.

Modules: `fields`, `freshness`, `judgement`, `names`, `promises`, `read`, `views`.
"""

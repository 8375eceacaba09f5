"""Output for people: views -> rich renderables. Pure functions; `now` is an argument.

Every text is a `rich.text.Text`, never markup, so that no name or message can add styles, links or control codes. A
symbol always has its word beside it, so that colour and shape are never the only information. May not: I/O, clocks,
decisions.

Modules: `consoles`, `dashboard`, `diagnoses`, `explanations`, `frames`, `marks`, `tables`.
"""

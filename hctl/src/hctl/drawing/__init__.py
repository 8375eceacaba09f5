"""What people read: views -> rich renderables. Pure functions; `now` is an argument.

Every text is a `rich.text.Text`, never markup, so that no name or message can style, link or repaint anything. A symbol
never stands without its word: colour and shape are help, not information. May not: I/O, clocks, decisions.

Modules: `consoles`, `dashboard`, `diagnoses`, `explanations`, `frames`, `marks`, `tables`, `trees`.
"""

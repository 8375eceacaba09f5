"""The command line: declares commands and options, and calls the packages that implement them.

`app` and `vclusters` declare commands and options, and import only typer, so that ``hctl --help`` prints at once. The
implementation of a command is imported when it runs, in `running`. A further command is a function in `app` and a
module beside it.

Further modules: `answers`, `asking`, `completion`, `doctors`, `explanations`, `late`, `options`, `overviews`,
`refusals`, `statuses`, `validate`, `validations`, `versions`.
"""

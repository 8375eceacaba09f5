"""The command line: what can be asked, and who answers. Nothing is decided here.

`app` and `vclusters` declare commands and options, and import nothing but typer: ``hctl --help`` has to be there at
once. What a command needs is imported when it runs, in `running`, and its options are made then, by `late`. A further
command is a function in `app` and a module beside it.

Further modules: `answers`, `asking`, `completion`, `doctors`, `explanations`, `options`, `overviews`, `refusals`,
`schemas`, `statuses`, `validate`, `validations`, `versions`.
"""

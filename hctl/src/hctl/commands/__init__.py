"""The command line: what can be asked, and who answers. Nothing is decided here.

`app` declares commands and options, and imports nothing but typer: ``hctl --help`` has to be there at once. What a
command needs is imported when it runs. A further command is a function in `app` and a module beside it.
"""

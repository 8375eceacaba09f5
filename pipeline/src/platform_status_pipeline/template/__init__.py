"""The StatusContract template and its CEL expressions, resolved against any request (design.md section 4).

Belongs here: finding ``${...}`` in text, compiling and evaluating CEL, walking a template. May not: I/O, or anything
that knows one particular Promise. Nothing here imports the rest of the pipeline but `errors` and `problems`.
"""

"""Details of each kind of object in addition to its verdict: reasons, messages, the end of a log, the next command.

Modules: `applications`, `objects`, `pods`, `requests`.
"""

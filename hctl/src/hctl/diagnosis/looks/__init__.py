"""What each kind of object tells beyond its verdict: reasons, messages, the last lines of a log, the next command.

Modules: `applications`, `controllers`, `events`, `objects`, `pods`, `requests`, `secrets`, `workflows`, `works`.
"""

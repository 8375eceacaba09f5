"""Tells a receiver of the platform that a request is in another phase; off unless a URL is given.

Belongs here: the CloudEvent, its signature, and the one thread that posts. May not: anything that a status waits for.

Modules: `event`, `notifier`, `receiver`.
"""

"""Kubernetes Events (events.k8s.io/v1): on phase transitions, and when a write storm begins (design.md section 6).

``announcement`` decides what is announced and builds the Event; it is pure. ``sender`` is the event recorder, on a
thread of its own, with the limit of their rate. Events are best effort: they never delay a status write, and one that
cannot be sent is counted and dropped. May not: verdicts, or anything that is not in the status.
"""

"""Kubernetes Events (events.k8s.io/v1): on phase transitions, and when a write storm begins (design.md section 6).

``announcement`` says what is announced and words it, ``budget`` says whether there may be an Event, both pure;
``sender`` sends, on a thread of its own. An Event is a courtesy: it never delays a status write, and one that cannot be
sent is counted and forgotten. May not: verdicts, or anything that the status does not say.
"""

"""JSON of the API server -> slim records.

Each decoder is total: a strict msgspec struct decodes well-formed objects field by field, without building the whole
object; any other object is read by getters that accept any JSON. An invalid field never raises, never drops the object,
and never looks good: a pod with an invalid status is a pod that is not ready.

Belongs here: the envelopes of objects, requests, and getters over any JSON; each source decodes its kinds in its own
folder. May not: I/O, clocks, decisions about a request.

Modules: `depth`, `envelope`, `lenient`, `requests`.
"""

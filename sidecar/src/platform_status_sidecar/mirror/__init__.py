"""Kratix HealthRecords that say what the status says (`--health-records`, off by default; kratix.md section 7).

``record`` words a HealthRecord and reads one back, both pure; ``health_records`` keeps one per request, on a thread of
its own. A mirror follows: it never delays a status write, and what becomes of it changes no status. May not: verdicts,
or anything that the status does not say.
"""

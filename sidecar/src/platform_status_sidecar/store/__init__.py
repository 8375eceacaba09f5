"""What is known of the cluster right now: slim records, the state of each source, and the indexes between them.

Belongs here: memory and the question "which requests does this object concern?". May not: HTTP, JSON, decisions, logs.
"""

"""Hostile input, end to end without a cluster: any JSON in any field, from the bytes on the wire to the planned patch.

Belongs here: properties that hold for every input. May not: examples of one part, which are tested beside that part.
"""

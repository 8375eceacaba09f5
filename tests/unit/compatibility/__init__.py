"""What we give to Argo CD and Flux is run here as they run it, over every status that the other tests know.

Belongs here: the files of docs/compatibility, and what runs them. May not: a cluster.
"""

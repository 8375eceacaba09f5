"""The sidecar beside the start window of Kratix (kratix.md section 11.4 and "Measured again").

Belongs here: requests that are created or edited together, the double at the pace that was measured, the sidecar with
the pacing under test, and the count of the starting statuses that were lost. Nothing is scaled, neither Kratix's times
nor ours; time is saved by playing many Promises at once, each with a worker of its own as in Kratix.
"""

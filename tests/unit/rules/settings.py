"""How long the properties look: enough to find what is wrong, little enough for every commit."""

from hypothesis import HealthCheck, settings

__all__ = ["quick"]

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
"""No deadline: two cores are shared. The number of examples is that of the profile."""

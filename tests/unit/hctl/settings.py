"""How long Hypothesis looks: drawing is slower than deciding, so fewer examples than elsewhere."""

from hypothesis import HealthCheck, settings

from tests.examples import examples

__all__ = ["quick"]

quick = settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.too_slow])

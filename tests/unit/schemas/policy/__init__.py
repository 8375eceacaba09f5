"""The platform's policy: reading one, names, and the evaluator."""

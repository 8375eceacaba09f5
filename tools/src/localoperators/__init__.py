"""Real operators, one at a time beside a control plane, so that what they write can be recorded.

Here belongs: how an operator is started, and with which CustomResourceDefinitions. What happens to its objects is a
scene of `tests.operators`. Nothing of the status contract may live here, and nothing that ships to a cluster may
import this package.

Needs root, as `localgitops` does. Start at `localoperators.operators`.
"""

"""Tests of the sidecar that need no cluster: store, queue, decoding, observing, planning, and the loops around them."""

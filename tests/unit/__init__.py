"""What needs no cluster: pure rules, decoding, planning, text; all of it in under a minute."""

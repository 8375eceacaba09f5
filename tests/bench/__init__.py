"""`make bench`: figures and ratios, never pass or fail; these machines are noisy.

Belongs here: the load, the measuring, the table. May not: assertions about speed, or anything a test imports.
"""

"""Intent and evidence -> an answer. Pure: the evidence may as well come from a file.

Belongs here: one small module for each thing that can be asked, and the weighing that all of them share. May not: I/O,
clocks, rules about health. "Yes" is said only of what `hctl.reading.judgement` calls ready.
"""

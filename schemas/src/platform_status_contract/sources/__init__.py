"""One folder for one source: its records, its reading and its rules (design.md section 3)."""

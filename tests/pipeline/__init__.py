"""The containers as processes over real folders (design.md section 7, kratix.md section 2)."""

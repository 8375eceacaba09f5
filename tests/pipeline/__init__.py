"""The containers over real folders (design.md section 7, kratix.md section 2), by their command line."""

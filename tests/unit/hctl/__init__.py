"""hctl without a cluster: readings, names, drawings, documents."""

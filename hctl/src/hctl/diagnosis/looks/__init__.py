"""One module per source: JSON of the cluster -> a `Look`. Pure and total; every text made inert where it is read."""

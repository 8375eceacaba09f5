"""Sub-applications: the Applications that target what this request created."""

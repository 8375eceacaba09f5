"""What a retrieval pipeline merges: catalogue, formats, context, and the client against servers good and bad."""

"""What holds for every status and every observation, whatever anybody wrote."""

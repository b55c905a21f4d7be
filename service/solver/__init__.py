"""Problem in, answer out: OR-Tools at work."""

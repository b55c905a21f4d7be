"""What runs beside the web: the jobs of the queue, each three lines around a use case, and their rescue."""

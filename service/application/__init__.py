"""What a caller can do: one function, one use case, one transaction."""

"""A solved roster as one page to mail, print and read without a network."""

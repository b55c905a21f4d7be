"""What is remembered: rows in, domain values out."""

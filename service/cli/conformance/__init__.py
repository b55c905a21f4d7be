"""Is an agenda what the national platform asks of it: its requests played, its rules held against every answer."""

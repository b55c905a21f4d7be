"""HTTP: routes, their shapes, and the one table of error answers."""

"""What is remembered: one class per table, with the constraints that must hold whatever the code does."""

"""What is true: values and rules, free of databases, clocks and frameworks."""

"""The command line: wires settings, database, application and worker together."""

"""The command line: one module per command, and the modules that several commands share."""

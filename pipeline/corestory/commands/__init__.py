"""The command line: modules of one to three commands, and the modules that several commands share."""

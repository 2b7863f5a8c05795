"""Folder runs: every file of a folder to an output, in processes or on a cluster, again after an interruption."""

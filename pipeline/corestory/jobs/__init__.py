"""Folder runs: each file of a folder becomes an output, in processes or on a cluster; a later run resumes."""

"""A corpus: file by file over processes or a cluster, each output whole or not there, and no work done twice."""

"""Serves the model over HTTP, and guards the web servers of corestory."""

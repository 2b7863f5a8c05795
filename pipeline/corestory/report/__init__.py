"""Writes reports on models, as pages with tables and figures, and model cards."""

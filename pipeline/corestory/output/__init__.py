"""Writes tagged articles as rows, documents and pages, on a terminal, and for labelling tools."""

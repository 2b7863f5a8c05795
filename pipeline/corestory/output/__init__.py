"""Writing tagged articles: as rows, as pages, and on a terminal."""

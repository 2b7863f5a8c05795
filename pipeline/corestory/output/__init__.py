"""Tagged articles as rows, as pages and on a terminal."""

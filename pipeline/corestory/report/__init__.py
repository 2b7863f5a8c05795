"""Reports on models: tables, figures, pages, and model cards."""

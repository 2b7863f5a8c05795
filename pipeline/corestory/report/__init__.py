"""What people and programs read: tables, reports, rows and annotated articles."""

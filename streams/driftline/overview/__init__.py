"""What several workers say of all models at once: rows for a table, from their ``/metrics``."""

"""The public JSON API under /api/v1/, with problem details for errors."""

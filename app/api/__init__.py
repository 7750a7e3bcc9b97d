"""The JSON interface under /api/v1/: for programs, public, with problem details for errors."""

"""The public JSON API under /api/v1/, with problem details for errors: the catalog of events and
its `schemas`, and the `openapi` document that describes them."""

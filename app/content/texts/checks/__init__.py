"""Checks on a text. `every` runs all of them; each of the other modules checks one thing."""

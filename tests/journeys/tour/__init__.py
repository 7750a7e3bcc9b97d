"""A tour of every page in each of its states, on a separate whole site."""

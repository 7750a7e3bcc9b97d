"""Visitors' journeys through a whole site, in a real browser."""

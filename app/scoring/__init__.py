"""Scoring: how well an application fits the firm, by a rubric that is data."""

"""Measures the figures in articles that no other benchmark covers.

``python -m benchmarks.articles`` measures all of them except the kills; names after it select some.
``marks``, ``repeats``, ``sequences`` and ``lags`` run the code that the articles print.
"""

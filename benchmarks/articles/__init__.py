"""The figures of the articles that stand in no other benchmark, each found again by a command.

``python -m benchmarks.articles`` finds all but the kills; names after it find those alone.
The code of ``marks``, ``repeats``, ``sequences`` and ``lags`` is taken from the article that prints
it.
"""

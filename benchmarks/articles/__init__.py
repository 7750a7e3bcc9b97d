"""The figures of the articles that stand in no other benchmark, each found again by a command.

``python -m benchmarks.articles`` finds all but the kills; names after it find those alone.
Whatever code an article prints is taken from the article itself.
"""

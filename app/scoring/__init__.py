"""Scoring: how well an application fits the firm. The `rubric` is data, read by `rubric_file`, and
`score` judges answers by it.
"""

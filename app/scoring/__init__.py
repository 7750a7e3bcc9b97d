"""Scoring: how well an application fits the firm. The `rubric` is data, read by `rubric_file`;
`score` applies it to the answers.
"""

"""What the site costs, measured against what it can't cost less than.

Each of these is a program, ``python -m benchmarks.submit`` and so on, and docs/performance.md says
what it found: `submit`, `form` and `pages` for what visitors ask for, `events` and `ring` for the
backbone, `labs` for a submit beside a crowd, `articles` for the articles' own figures. The other
files are their parts: the contestants, the `site` under measurement, the `load` on it, and the
`turns` that they take.
"""

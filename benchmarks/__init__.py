"""What the site costs, compared with the least that it could cost.

Each benchmark is a program, ``python -m benchmarks.submit`` and so on; docs/performance.md has the
results. `submit`, `form` and `pages` measure what visitors request, `events` and `ring` the event
backbone, `labs` a submit beside a crowd, and `articles` the figures that articles quote. The other
files are their parts: the contestants, the measured `site`, the `load` on it, and the `turns` that
contestants take.
"""

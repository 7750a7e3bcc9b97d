"""Texts: Markdown files, checked and rendered once, at the start.

The way of one: `source` takes the file apart, `front_matter` is what stands above it,
`placeholders` are filled in, `text` is the rest in tokens, in which `checks` and `links` find
`faults`; `markdown` makes HTML of it, with `typography`, `tables` and `diagrams`. So it becomes one
of the `articles` or `pages`. `known` is what a text may name, `proofs` among it.
"""

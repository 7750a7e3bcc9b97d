"""Texts: Markdown files, checked and rendered once at startup.

`source` splits a file into its `front_matter` and its text, `placeholders` are filled in, and
`text` parses it into tokens, in which `checks` and `links` find `faults`. `markdown` renders it as
HTML, with `typography`, `tables`, `diagrams` and headings in `plain_text`. The results are
`articles` and `pages`. `known` has what a text may refer to, `proofs` included.
"""

"""The questions as data: what is asked and when, and whether the owner's file is consistent.

`file` reads the `questionnaire` from content/questions.toml; `versions` keeps earlier ones.
`conditions` decide from the answers which questions are asked; `checks` finds errors in conditions
when the file is read, and `branches` makes the browser decide the same. `answers` are keys and
values; `readable` puts them into words.
"""

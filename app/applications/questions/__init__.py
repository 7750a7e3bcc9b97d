"""The questions as data: what is asked and when, and whether an owner's file holds together.

The `questionnaire` is what `file` makes of content/questions.toml; `versions` keeps those that were
asked before. `conditions` decide by the answers what is asked, `checks` find what is wrong with
them before any answer does, and `branches` have the browser decide the same. `answers` are passed
on as keys and values; `readable` has them in words.
"""

"""Answers, as every part of the site passes them on."""

Answer = str | list[str]
Answers = dict[str, Answer]
"""Question key to answer: a list for the kind "choices", else a string. Unanswered: no key."""

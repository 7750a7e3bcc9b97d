"""What a prospect may expect, shown before they send: what we would propose, from which price, and
what we would still have to ask. It is computed as it is after the submission, and never shows the
score."""

"""What a prospect may expect, said before they send: what we would propose, from which price, and
what we would still have to ask. Computed as after the submission, and never with the score."""

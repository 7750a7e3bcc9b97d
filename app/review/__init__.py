"""Review: the page of one application, and what staff do about it: decide, write, release what was
held. They find it in the `queue`.

The page shows the answers in `reading` order, the `timeline` and what each kind would cost
(`pricing`). A mail goes out as its `fingerprint` was shown, and no decision passes over the
`changes` since the page was opened. `taking` tells colleagues who is at it.
"""

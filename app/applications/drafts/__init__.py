"""The form while it is filled in: its pages, what is saved at each step, and how a draft ends.

One step: `views` shows its form (`forms`, `fields`), filled from the draft that the browser's
cookie names (`browser_draft`). `sent_step` reads what the page sends back, `keeping` saves it
through `service` (`kept_draft` is the row), and `progress` says which step comes next.
`autosave_views` saves the same way while the prospect types, for a script that needs no form in the
answer.

Leaving and coming back: `starting_over_views`, `deletion_views`, `resume_link`, and `end`, for
drafts that nobody goes on with. Also here: `pace`, how long each step takes, and `suggestion`, the
kind of engagement that the prospect came for.
"""

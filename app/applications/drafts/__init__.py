"""The form while it is filled in: its pages, what is kept at each step, and how a draft ends.

The way of a step: `views` show its form (`forms`, `fields`), by what is kept in the draft that the
browser's cookie names (`browser_draft`); `keeping` has what its page says (`sent_step`) stored,
which `service` does step by step (`kept_draft` is the row), and `progress` says where to go on.
`autosave_views` take the same from a script, while one types, with no form to show.

The way out and back in: `starting_over_views`, `deletion_views`, `resume_link`, and the `end` of
what nobody goes on with. Beside it: `pace`, how long a step takes; `suggestion`, the kind of
engagement that one came for.
"""

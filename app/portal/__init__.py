"""The portal: the prospect's own page, from the receipt to the deposit, and what a person may ask
of what is stored about them: a `trail`, an `export`, to be erased. `commands` is an operator's door
to the last two. What is erased, app/applications/erasure.py knows; that it stays so, app/erasures.

The page says where an application stands (`standing`), who acts next and by when (`turn`), and what
has happened (`timeline`). A `trail` is checked by `trail_check`, which a prospect can take along.
"""

"""The portal: the prospect's own page, from the receipt to the deposit, and what people can do
about the data stored on them: get a `trail` or an `export`, or be erased.

The page says where an application stands (`standing`), who acts next and by when (`turn`), and what
has happened (`timeline`). `trail_check` checks a `trail`; prospects can download it. With
`commands` an operator exports or erases a person. app/applications/erasure.py says what an erasure
covers; app/erasures makes it survive a restore.
"""

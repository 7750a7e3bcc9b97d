"""Tables derived from the log, which can be checked against it and rebuilt from it.

`projection` is what each of them can do. A domain declares a table that its `fold` keeps as a
`folded_table`; `folded_projection` checks its rows against their streams. `commands` has the
operator's commands.
"""

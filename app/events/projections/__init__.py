"""What the log adds up to: tables that can be held against it, and derived from it again.

`projection` is what each can be asked; a `folded_table` is what a domain declares of one that its
`fold` keeps, and `folded_projection` holds that against its streams. `commands` are an operator's.
"""

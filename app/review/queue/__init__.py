"""The staff's queue: a read model with its own tables, and the page that shows it.

`table` computes its rows and figures; `projection` compares them with the log, and `rebuild`
replaces them while the site runs. `queries` reads a page of it, with the filters of `forms`, from a
`cursor`; `due` says when answers are due. `figures` are the numbers above the list. `morning` tells
staff each working day what waits.
"""

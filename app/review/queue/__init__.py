"""The staff's queue: a read model of its own, and the page that shows it.

`table` makes its rows and figures; `projection` holds them against the log, and `rebuild` builds
them anew beside it. `queries` reads a page of it, by the filters of `forms`, in an order that may
need `due`, from the place that a `cursor` names; `figures` are those above it.
"""

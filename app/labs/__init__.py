"""Labs: running exhibits on a second backbone, the site's own code over a schema of its own.

A visitor's sandbox is one trace in it (`sandboxes`). `scenario` is what a lab declares, `scenarios`
the table of all labs, `backbone` the app that is bound to the schema. What a visitor does to it is
in `controls` and `faults`, what came of it in `effects`, and how it stands in `state`.

`runner` is the one process in which every sandbox's `consumers` work, each from its own of the
`queues`.
"""

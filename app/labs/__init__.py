"""Labs: interactive exhibits on a second backbone, which is the site's own code on another schema.

A visitor's sandbox is one trace in it (`sandboxes`). `scenario` defines what a lab declares,
`scenarios` is the table of all labs, and `backbone` the app bound to the schema. `controls` and
`faults` are what a visitor can do to a sandbox, `effects` what its handlers wrote, and `state` what
its page shows. Each lab has a room of its own, and so has the exhibit of `this_site`.

`runner` is the single process in which the `consumers` of all sandboxes work, each from its own
queue in `queues`.
"""

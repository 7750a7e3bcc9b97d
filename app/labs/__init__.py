"""Labs: running exhibits on a second backbone, the site's own code over a schema of its own.

A visitor's sandbox is one trace in it. `scenario` is what a lab declares, `scenarios` the table of
all labs, `backbone` the app that is bound to the schema, `runner` the one process in which every
sandbox's consumers work.
"""

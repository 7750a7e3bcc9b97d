"""Running the site on one machine: stand-ins for real servers, and the tools behind `make`. Nothing
in `app` imports this package.

`run` starts everything that `programs` lists, each one a `process`, under a `supervisor`, with its
files in `state`. The stand-ins are `postgres`, `redis`, `mailbox` and `stripe_standin`.
"""

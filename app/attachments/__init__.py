"""Attachments: the diagrams and documents that a prospect adds to an application.

The way of a file: `upload` takes it, `sniffing` says what it is and `naming` what it is shown as,
`service` makes it the draft's, and `download` hands it out. `cleaning` deletes what nobody has any
more.
"""

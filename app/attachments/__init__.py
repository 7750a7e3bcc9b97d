"""Attachments: the diagrams and documents that a prospect adds to an application.

`upload` receives a file, `sniffing` determines its type and `naming` the name shown for it,
`service` adds it to the draft, and `download` serves it. `cleaning` deletes removed files from
storage.
"""

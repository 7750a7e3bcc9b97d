"""What guards the log: personal data is sealed under a key per person (`sealing`, `person_keys`),
each stream is a hash chain (`chain`; `links` for checking one outside), and the whole log is signed
daily (`checkpoints`).
"""

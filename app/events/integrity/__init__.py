"""What guards the log: personal data is sealed under a key per person (`sealing`, `person_keys`),
each stream is a hash chain (`chain`, and `links` for others to check), and the whole log is signed
daily (`checkpoints`).
"""

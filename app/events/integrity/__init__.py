"""What the log is guarded with: personal data sealed (`sealing`) under `person_keys`, events
chained (`chain`, and `links` for whoever checks one), the whole signed (`checkpoints`).
"""

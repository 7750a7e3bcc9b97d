"""The ledger of erasures: who was erased, kept outside the database, so that after a restore they
can be erased again.

A subscriber writes a row for each erasure, and `ledger` enters it: one file per person in the
storage of the attachments, named by the id of their draft, which says nothing about them any more.
"""

"""The ledger of erasures: who was erased, kept outside the database, so that whatever is restored
they are erased again.

An erasure leaves a row with its event's subscribers, and `ledger` enters it: one file for each
person beside the attached ones, named by the id of their draft, which says nothing about them any
more.
"""

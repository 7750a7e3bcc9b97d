"""Screening: finds signals against a submission, and holds it until a member of staff has looked if
they are strong enough. Nothing is ever dropped.

`screen` finds the signals, and the firm's own `rules` say which of them hold a submission.
`origins` counts where submissions came from within a day; `disposable` knows throwaway addresses.
"""

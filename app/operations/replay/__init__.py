"""Replaying dead letters, after a preview of what that would do (docs/decisions, 9).

`service` freezes a set of dead letters, and starts or cancels its replay; `preview` rehearses the
handlers behind `closed_doors` and reports what is `foreseen`; `advance` puts the letters back, a
step at a time.
"""

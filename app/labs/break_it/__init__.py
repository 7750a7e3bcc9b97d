"""The lab of faults: an application passes through a sandbox, whatever the visitor breaks."""

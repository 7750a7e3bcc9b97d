"""The lab of faults: an application goes its way through a sandbox, whatever is broken there."""

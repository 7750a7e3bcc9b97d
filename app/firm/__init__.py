"""The firm, as data that several domains read: its `brand`, its `calendar` and its `offers`."""

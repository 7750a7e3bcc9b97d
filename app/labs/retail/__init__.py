"""The lab of a shop: one order, and three departments that are told about it."""

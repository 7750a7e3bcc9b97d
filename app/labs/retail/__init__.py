"""The lab of a shop: one order, and three departments that hear of it."""

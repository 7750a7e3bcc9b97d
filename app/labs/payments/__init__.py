"""The lab of a bank: a surge of payments, shared by consumers that may die."""

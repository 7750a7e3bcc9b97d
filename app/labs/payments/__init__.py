"""The lab of a bank: a surge of payments, and consumers that share it and may die."""

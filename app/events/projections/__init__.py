"""What the log adds up to: streams folded into tables, which it confirms and makes again."""

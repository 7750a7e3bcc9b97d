"""The portal: the prospect's own page, from the receipt to the deposit."""

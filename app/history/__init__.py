"""An application at any moment of its life: its state, what changed and who changed it (`moments`),
and what led to that (`causes`)."""

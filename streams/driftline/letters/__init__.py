"""Dead letters, read back: which there are, what was refused, and sending it again."""

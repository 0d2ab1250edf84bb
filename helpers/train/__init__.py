"""The training loop that notebooks 03a and 03b write out in full, and what it is made of."""

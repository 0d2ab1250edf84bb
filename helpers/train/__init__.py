"""The training loop that notebook 03 writes out in full, and what it is made of."""

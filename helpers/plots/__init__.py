"""Every plot that the lessons share; ``helpers/__init__.pyi`` says which module brings which.

Each function returns the figure; give it ``alt``, a sentence that says what the figure shows. Arrays may be
torch tensors (on any device), NumPy arrays or nested lists.
"""

"""Grading on Gradescope: what makes `autograder.zip`, and what runs out of it in Gradescope's container."""

"""For authors: right and wrong answers to each homework, and the trials of its checkers on them."""

"""Right and wrong answers to each homework, with which its checkers are tested. See `homework.trial`."""

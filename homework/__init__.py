"""The homework system: the student's `check` and `submit`, the teacher's `release` and `grade`."""

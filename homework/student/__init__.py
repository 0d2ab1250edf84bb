"""The student's commands: `check` and `submit`."""

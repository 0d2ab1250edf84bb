"""The teacher's commands: from a folder of hand-ins to marks, feedback and a report."""

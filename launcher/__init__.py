"""Installs, starts and tests the course, and holds what every part of it stands on: files and errors.

Standard library only: it runs on a machine that has Python and nothing else.
"""

"""How fast the course is, measured beside others in one run: ``python3 course.py bench``.

Every section is a module of its own and can be run alone. ``RESULTS.md`` keeps what the last runs found.
"""

"""The website of the course: every notebook and page in both languages, with nothing fetched from elsewhere.

`course.py site` runs `website.__main__` in the course's own Python: it writes what Sphinx reads (`sources`).
Sphinx runs in `.venv-site`, with `conf` and its extensions `maths`, `search` and `polish`.
"""

"""Builds the site: sources, Sphinx for each language, and the new site in the old one's place."""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from launcher import beside
from launcher.environment import LOCKS, venv_python
from launcher.errors import CourseError
from launcher.languages import CHINESE
from launcher.places import ROOT, say
from website import npm, sources
from website.places import ENVIRONMENT, FOLDER_OF, LANGUAGES, WORK
from website.words import IN_CHINESE

LOCK = "requirements-site.txt"


def build(out: Path, repository: str, drafts: bool = False) -> None:
    """Build the site in both languages into `out`; what was there stays when it fails.

    Raises:
        CourseError: something is missing, a translation is unfinished, or Sphinx warns of something.
    """
    katex = npm.fetch(npm.KATEX)
    say("The packages that make the pages (.venv-site).")
    if problem := beside.prepare(ENVIRONMENT, site_packages()):
        raise CourseError(
            f"The packages of the site could not be installed: {problem}\nNothing has been changed."
        )
    new = WORK / "html"
    shutil.rmtree(new, ignore_errors=True)
    static = katex_static(katex)
    say("The sources of the pages.")
    variables = {}
    for language in LANGUAGES:
        made = sources.write(WORK / language, language, repository, drafts)
        record = WORK / f"{language}.json"
        record.write_text(json.dumps(made), encoding="utf-8")
        variables[language] = os.environ | {
            "PYTHONPATH": str(ROOT),
            "SITE_LANGUAGE": language,
            "SITE_MADE": str(record),
            "SITE_KATEX": str(katex),
            "SITE_KATEX_STATIC": str(static),
        }
    say("The pages, in both languages at once (two minutes on two cores).")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        told = list(pool.map(lambda language: run_sphinx(language, new, variables[language]), LANGUAGES))
    if problems := [text for text in told if text]:
        raise CourseError("\n".join(problems))
    tidy(new)
    shutil.rmtree(out, ignore_errors=True)
    shutil.move(new, out)


def site_packages() -> list[str]:
    """The pins that the site needs beyond those of the course."""
    course, site = ((ROOT / name).read_text(encoding="utf-8").splitlines() for name in (LOCKS[""], LOCK))
    have = {line.partition("==")[0] for line in course}
    pins = [line.partition("  #")[0].strip() for line in site if not line.startswith("#")]
    return [pin for pin in pins if pin.partition("==")[0] not in have]


def katex_static(katex: Path) -> Path:
    """A folder with KaTeX's style sheet and the fonts that every browser of today reads."""
    static = WORK / "katex"
    shutil.rmtree(static, ignore_errors=True)
    (static / "fonts").mkdir(parents=True)
    for font in (katex / "dist" / "fonts").glob("*.woff2"):
        shutil.copy(font, static / "fonts")
    css = (katex / "dist" / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", css)
    (static / "katex.css").write_text(css, encoding="utf-8")
    return static


def run_sphinx(language: str, new: Path, env: dict[str, str]) -> str:
    """Make the pages of a language; returns why that failed, or ""."""
    html = new / FOLDER_OF[language]
    command = [str(venv_python(ENVIRONMENT)), "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    command += ["-c", str(ROOT / "website"), "-d", str(WORK / f"{language}-doctrees"), str(WORK / language)]
    done = subprocess.run(
        [*command, str(html)], env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return f"Sphinx, {language}:\n{(done.stdout + done.stderr).strip()}" if done.returncode else ""


def tidy(html: Path) -> None:
    """Take out what no page asks for; both languages show the same files of figures.

    The captions of the theme's list of pages are headings of no level: they get one.
    """
    for name in (".buildinfo", "objects.inv", "_sources", "jupyter_execute"):
        for path in list(html.rglob(name)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for page in html.rglob("*.html"):
        text = page.read_text(encoding="utf-8").replace('role="heading">', 'role="heading" aria-level="2">')
        text = text.replace(' aria-label="Toggle hidden content"', "")  # its own words say it
        page.write_text(text, encoding="utf-8")
    chinese = html / FOLDER_OF[CHINESE]
    for page in chinese.rglob("*.html"):
        text = page.read_text(encoding="utf-8").replace("_images/", "../_images/")
        page.write_text(in_chinese(text), encoding="utf-8")
    for picture in (chinese / "_images").iterdir():
        picture.replace(html / "_images" / picture.name)
    (chinese / "_images").rmdir()


def in_chinese(page: str) -> str:
    """A page with the theme's own English, around the article, in Chinese."""
    head, mark, rest = page.partition("<article")
    article, end, foot = rest.partition("</article>")
    for english, chinese in IN_CHINESE.items():
        head, foot = (text.replace(english, chinese) for text in (head, foot))
    return head + mark + article + end + foot

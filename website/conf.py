"""Sphinx's settings. `website.building` names the language and what else differs in environment variables."""

import json
import os
from pathlib import Path

from website.places import LOCALE_OF, PACKAGE
from website.words import WORDS

site_language = os.environ["SITE_LANGUAGE"]
made = json.loads(Path(os.environ["SITE_MADE"]).read_text(encoding="utf-8"))
site_notebooks, site_colab_cell, site_english = made["notebooks"], made["colab_cell"], made["english"]

project = html_title = WORDS[site_language]["course"]
language = LOCALE_OF[site_language]
extensions = ["myst_nb", "sphinx_copybutton", "website.maths", "website.search", "website.polish"]
nb_execution_mode = "off"
nb_code_prompt_show, nb_code_prompt_hide = (WORDS[site_language][name] for name in ("show code", "hide code"))
nb_ipywidgets_js = {}  # no page holds a widget: of a slider the stored picture is there
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
myst_update_mathjax = False
html_math_renderer = "katex"
suppress_warnings = ["myst.header"]  # a page may begin at any level

html_theme = "furo"
templates_path = [str(PACKAGE / "templates")]
html_static_path = [str(PACKAGE / "static"), os.environ["SITE_KATEX_STATIC"]]
html_extra_path = [made["extra"]]
html_show_sourcelink = html_copy_source = html_use_index = False
html_show_copyright = False
html_search_scorer = str(PACKAGE / "searching.js")
html_favicon = str(PACKAGE / "static" / "favicon.svg")
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"
copybutton_selector = "div.cell_input pre, div.highlight-python pre, div.highlight-default pre"

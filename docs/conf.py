"""How the documentation is built: `./run docs`."""  # noqa: INP001 - Sphinx runs it as a file

from importlib.metadata import version as version_of

project = "Strongroom"
author = "The Strongroom contributors"
project_copyright = author
version = release = version_of("strongroom")

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_title = f"Strongroom {release}"
html_copy_source = False
html_show_sphinx = False

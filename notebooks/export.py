"""Turns an executed notebook into one self-contained HTML page by the template reports/template/informe.

    python notebooks/export.py IN.ipynb OUT.html

The page makes no request. The same notebook gives the same bytes. $…$ and $$…$$ in Markdown become MathML, which
browsers show without a script; the level 2 headings become the list of contents. Exit 0 done, 1 the notebook
cannot be exported, 2 wrong usage.
"""

import argparse
import re
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parent / "reports" / "template"
sys.path.insert(0, str(HERE))

from bs4 import BeautifulSoup  # noqa: E402
from jinja2 import pass_context  # noqa: E402
from latex2mathml.converter import convert as to_mathml  # noqa: E402
from nbconvert import HTMLExporter  # noqa: E402
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath  # noqa: E402

from whole_file import write_whole  # noqa: E402

FEWEST_CONTENTS = 3


class MathRenderer(IPythonRenderer):
    """Markdown with formulas as MathML."""

    formula_label = "fórmula"

    def inline_math(self, body):
        return to_mathml(body.strip())

    def block_math(self, body):
        math = to_mathml(body.strip(), display="block")
        return f'<div class="formula" role="group" tabindex="0" aria-label="{self.formula_label}">{math}</div>\n'


class InformeExporter(HTMLExporter):
    """nbconvert's HTML with the template informe."""

    def __init__(self):
        super().__init__(
            template_name="informe",
            extra_template_basedirs=[str(TEMPLATES)],
            exclude_input_prompt=True,
            exclude_output_prompt=True,
        )

    @pass_context
    def markdown2html(self, context, source):
        renderer = MathRenderer(
            escape=False,
            embed_images=True,
            exclude_anchor_links=True,
            attachments=context["cell"].get("attachments", {}),
            path=context["resources"]["metadata"].get("path", ""),
        )
        if not context["nb"].metadata.get("lang", "es").startswith("es"):
            renderer.formula_label = "formula"
        return MarkdownWithMath(renderer=renderer).render(source)


def slug(text):
    """"Qué se midió" gives "que-se-midio"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "seccion"


def finish(html):
    """A main heading where there is none, the list of contents before the first section, the title of the report."""
    page = BeautifulSoup(html, features="html.parser")
    main = page.main
    if main.h1 is None:
        heading = page.new_tag("h1")
        heading.string = page.title.get_text()
        main.insert(0, heading)
    elif main.select_one("section.pila h1"):
        page.title.string = main.h1.get_text()
    add_contents(page, main)
    return str(page)


def add_contents(page, main):
    """Fills the list of contents with links to the level 2 headings, which get anchors; a short page has none."""
    contents = main.nav.extract()
    headings = main.select("section.text > h2")
    if len(headings) < FEWEST_CONTENTS:
        return
    entries = page.new_tag("ol")
    used = set()
    for heading in headings:
        base = slug(heading.get_text())
        anchor = next(name for n in range(len(headings)) if (name := f"{base}-{n + 1}" if n else base) not in used)
        used.add(anchor)
        heading["id"] = anchor
        link = page.new_tag("a", href=f"#{anchor}")
        link.string = heading.get_text()
        entry = page.new_tag("li")
        entry.append(link)
        entries.append(entry)
    contents.append(entries)
    headings[0].insert_before(contents)


def main():
    parser = argparse.ArgumentParser(description="Export an executed notebook as one HTML page.")
    parser.add_argument("source", type=Path, metavar="IN.ipynb")
    parser.add_argument("target", type=Path, metavar="OUT.html")
    options = parser.parse_args()
    if not options.source.is_file():
        parser.error(f"{options.source}: no such notebook")
    try:
        html, _ = InformeExporter().from_filename(str(options.source))
    except Exception as error:  # noqa: BLE001 - whatever nbconvert or a formula says, with the file it says it of
        print(f"{options.source}: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    write_whole(options.target, finish(html))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        print(f"{error.filename or 'a temporary file'}: {error.strerror}; make room or name another folder", file=sys.stderr)
        sys.exit(1)

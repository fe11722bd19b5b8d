"""A clean book builds, and each planted fault fails the build: the first time and every time after."""

import re
from pathlib import Path
from xml.etree import ElementTree

from bs4 import BeautifulSoup

CLEAN = """
A claim {cite:p}`known2020`, a formula $\\lVert\\theta\\rVert_1$, and {numref}`fig-clean`.

```{code-cell} python
from regutils.figures import color, figure, line, show

@figure(panels=2, alt=lambda slope: f"Two panels. The line rises with slope {slope}, on both.")
def rising(slope, axes):
    for axis in axes:
        axis.plot([0, 1], [0, slope], color=color("l1"), **line("estimate"))
```

```{code-cell} python
---
mystnb:
  figure:
    name: fig-clean
    caption: |
      Left: a **rising** line, $y = 2x$.
---
show(rising, 2)
```
"""

# One fault a page: what the page holds, and what the build says about it.
FAULTS = {
    "broken-cell": (
        "```{code-cell} python\n1 / 0\n```",
        "broken-cell.md.*Executing notebook failed: CellExecutionError",
    ),
    "noisy-cell": (
        "```{code-cell} python\nimport sys\nprint('careful', file=sys.stderr)\n```",
        "noisy-cell.md.*stderr was found",
    ),
    "undefined-reference": ("See {ref}`nowhere`.", "undefined-reference.md.*undefined label: 'nowhere'"),
    "undefined-figure": ("See {numref}`fig-nowhere`.", "undefined-figure.md.*undefined label: 'fig-nowhere'"),
    "missing-citation": ("Said by {cite:t}`nobody1900`.", "missing-citation.md.*nobody1900"),
    "broken-document-link": ("[there](nowhere.md)", "broken-document-link.md.*nowhere.md"),
    "image-without-alt": ("![](dot.png)", "image-without-alt.md.*without a text alternative"),
    "output-without-alt": (
        "```{code-cell} python\nfrom IPython.display import Image\nImage(filename='dot.png')\n```",
        "output-without-alt.md.*without a text alternative",
    ),
    "third-party-image": (
        '<img src="https://example.org/pixel.png" alt="A pixel from elsewhere">',
        "third-party-image.html: loads from another host: https://example.org/pixel.png",
    ),
    "third-party-script": (
        '<script src="//example.org/count.js"></script>',
        "third-party-script.html: loads from another host: //example.org/count.js",
    ),
    "broken-link": ('<a href="gone.html">there</a>', "broken-link.html: broken link: gone.html"),
    "broken-anchor": ('<a href="root.html#gone">there</a>', "broken-anchor.html: broken link, no such place.*#gone"),
    "broken-mathematics": ("$\\undefinedmacro{x}$", "broken-mathematics.html: mathematics that cannot be typeset"),
}


def test_a_clean_book_builds_into_a_complete_site(book):
    book.toc("root", "clean", "bibliography")
    book.page("root", "Read [the chapter](clean.md).")
    book.page("clean", CLEAN)
    book.page("bibliography", "```{bibliography}\n```")

    status, output = book.build()

    assert status == 0, output
    page = BeautifulSoup((book.html / "book/clean.html").read_text(encoding="utf-8"), "html.parser")
    figure = page.select_one("figure#fig-clean")
    assert "Figure 1.1" in figure.figcaption.text
    assert figure.figcaption.select_one(".katex")
    assert figure.figcaption.select_one(".wide-screen").text == "Left"
    assert figure.figcaption.select_one(".narrow-screen").text == "Top"
    assert page.find("a", href="#fig-clean").text == "Figure 1.1"
    for mode in ("light", "dark"):
        picture = figure.select_one(f"picture.only-{mode}")
        assert picture.img["alt"] == "Two panels. The line rises with slope 2, on both."
        assert picture.img["loading"] == "lazy"
        for url in (picture.img["src"], picture.source["srcset"]):
            assert (book.html / "book" / url).resolve().is_file()
        assert picture.source["srcset"] != picture.img["src"]
    assert page.find("link", rel="canonical")["href"].endswith("/diamonds-and-circles/book/clean.html")
    assert (
        page.find("meta", property="og:description")["content"] == page.find("meta", {"name": "description"})["content"]
    )
    assert page.find("meta", property="og:image")["content"].endswith("/_static/social-card.png")
    assert page.select_one("a.header-run")["href"].endswith("/main?urlpath=lab/tree/book/clean.md")
    assert page.find("link", rel="icon", href=re.compile("favicon.svg"))
    assert not page.find("script", src=re.compile("fontawesome|require|mathjax", re.IGNORECASE))
    assert (book.html / "_static/social-card.png").is_file()
    redirect = (book.html / "index.html").read_text(encoding="utf-8")
    assert 'url=book/root.html"' in redirect
    assert "Page not found" in (book.html / "404.html").read_text(encoding="utf-8")
    sitemap = ElementTree.parse(book.html / "sitemap.xml").getroot()
    listed = {location.text.rpartition("/")[2] for location in sitemap.iter() if location.tag.endswith("loc")}
    assert listed == {"root.html", "clean.html", "bibliography.html"}


def test_each_planted_fault_fails_the_build_again_and_again(book):
    book.toc("root", *FAULTS)
    book.page("root", "The other pages are faulty.")
    for name, (body, _) in FAULTS.items():
        book.page(name, body)
    (book.root / "book/dot.png").write_bytes(
        (Path(__file__).parents[2] / "book/assets/apple-touch-icon.png").read_bytes()
    )

    for attempt in ("first", "unchanged"):
        status, output = book.build()
        assert status != 0
        for name, (_, said) in FAULTS.items():
            assert re.search(said, output), f"{attempt} build, {name}: {output}"
        assert "root.html:" not in output  # the page without a fault has none

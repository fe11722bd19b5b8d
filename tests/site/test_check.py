"""The checker itself, on single pages written by hand: what it must find, and what it must leave in peace."""

import gzip
import os

import pytest
from _extensions.alternatives import alt_fault
from _extensions.check import Site

BASE = "https://course.example/base/"
HEAD = (
    '<title>Page</title><meta name="description" content="A description that is long enough to say something useful.">'
)


def faults(tmp_path, body, head=HEAD, **files):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/page.html").write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    (tmp_path / "other.html").write_text(
        f"<html><head>{HEAD}</head><body><h2 id='place'>Place</h2></body></html>", encoding="utf-8"
    )
    (tmp_path / "picture.png").write_bytes(b"png")
    for name, content in files.items():
        (tmp_path / name.replace("__", ".")).write_bytes(content)
    return Site(tmp_path, BASE).faults()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<img src="https://cdn.example/x.png" alt="A pixel">', "loads from another host: https://cdn.example/x.png"),
        ('<img src="//cdn.example/x.png" alt="A pixel">', "loads from another host: //cdn.example/x.png"),
        ('<script src="http://cdn.example/x.js"></script>', "loads from another host"),
        ('<link rel="stylesheet" href="https://cdn.example/x.css">', "loads from another host"),
        ('<link rel="preconnect" href="https://cdn.example">', "loads from another host"),
        ('<iframe src="https://video.example/1"></iframe>', "loads from another host"),
        ('<picture><source srcset="https://cdn.example/x.png 2x"></picture>', "loads from another host"),
        ('<p style="background: url(https://cdn.example/x.png)">', "loads from another host"),
        ("<style>@import 'https://cdn.example/x.css';</style>", "loads from another host"),
        ('<svg><use href="https://cdn.example/i.svg#a"/></svg>', "loads from another host"),
        ('<img src="gone.png" alt="A pixel">', "loads what does not exist: gone.png"),
        ('<img src="../picture.png">', "no useful text alternative: it is missing"),
        ('<img src="../picture.png" alt="">', "no useful text alternative: it is missing"),
        ('<img src="../picture.png" alt="../picture.png">', "the name of a file"),
        ('<img src="../picture.png" alt="Figure 1">', "it says nothing"),
        ('<a href="gone.html">x</a>', "broken link: gone.html"),
        ('<a href="../../outside.html">x</a>', "broken link, out of the site"),
        ('<a href="../other.html#gone">x</a>', "no such place on the page: ../other.html#gone"),
        ('<a href="#gone">x</a>', "no such place on the page: #gone"),
        (f'<a href="{BASE}gone.html">x</a>', "broken link"),
        ('<p id="twice"></p><p id="twice"></p>', "the id 'twice' is used 2 times"),
        ('<span class="katex-error" title="Expected }">{</span>', "mathematics that cannot be typeset: Expected }"),
        ('<meta http-equiv="refresh" content="0; url=gone.html">', "broken link: gone.html"),
    ],
)
def test_finds(tmp_path, body, said):
    found = faults(tmp_path, body)

    assert len(found) == 1
    assert found[0].startswith("sub/page.html: ")
    assert said in found[0]


def test_leaves_a_good_page_in_peace(tmp_path):
    body = f"""
    <img src="../picture.png" alt="The lasso path reaches zero at 0.3">
    <img src="../picture.png" alt="" role="presentation">
    <img src="{BASE}picture.png" alt="The same"><img src="data:image/png;base64,AA==" alt="A dot">
    <a href="https://elsewhere.example/">out</a> <a href="mailto:a@b.example">mail</a> <a href="#here">here</a>
    <a id="here" href="../other.html#place">there</a> <a href="/base/other.html">there</a> <a href="#">top</a>
    <link rel="canonical" href="https://elsewhere.example/"><pre>&lt;img src="https://cdn.example/x.png"&gt;</pre>
    """

    assert faults(tmp_path, body) == []


def test_finds_pages_without_title_or_description(tmp_path):
    found = faults(tmp_path, "", head='<meta name="description" content="Short.">')

    assert found == [
        "sub/page.html: no title",
        "sub/page.html: no description that says anything (front matter: myst, html_meta, description)",
    ]


def test_reads_style_sheets(tmp_path):
    css = b"""
    /* url(https://comment.example) */
    a { background: url('https://cdn.example/x.png') }
    b { src: url(gone.woff2) }
    """
    found = faults(tmp_path, '<link rel="stylesheet" href="../style.css">', style__css=css)

    assert found == [
        "style.css: loads from another host: https://cdn.example/x.png",
        "style.css: loads what does not exist: gone.woff2",
    ]


@pytest.mark.parametrize(
    ("body", "size", "said"),
    [
        ('<script src="../big.js"></script>', 160_000, "its scripts weigh 160 KB compressed, allowed are 150"),
        ('<img src="../big.js" alt="A large picture">', 600_000, "weighs 60"),
        ('<img src="../big.js" alt="A large picture" loading="lazy">', 600_000, None),
    ],
)
def test_weighs_what_loads_at_once(tmp_path, body, size, said):
    content = os.urandom(size)  # does not compress
    assert len(gzip.compress(content)) >= size

    found = faults(tmp_path, body, big__js=content)

    assert [said in fault for fault in found] == ([True] if said else [])


@pytest.mark.parametrize(
    ("alt", "good"),
    [
        ("Two panels. The lasso is zero up to 1.0.", True),
        ("The path of plot.png", True),
        ("../_images/3f2a.png", False),
        ("82d6c15a99cd0ec086acadbecfa8c903", False),
        ("Plot", False),
        ("  ", False),
        (None, False),
    ],
)
def test_a_text_alternative_has_to_say_something(alt, good):
    assert (alt_fault(alt) is None) is good

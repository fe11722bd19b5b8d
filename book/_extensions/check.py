"""The finished site, checked page by page: what is wrong here fails the build.

No page may load anything from another host, show an image without a text alternative, link to what does not
exist, use an id twice, show mathematics that could not be typeset, or weigh too much.
"""

import gzip
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from sphinx.application import Sphinx
from sphinx.util import logging

from _extensions.alternatives import alt_fault

logger = logging.getLogger(__name__)

PAGE_BUDGET = 500_000  # bytes, compressed: what a first visit transfers before it scrolls
SCRIPT_BUDGET = 150_000
ORIGIN = "https://site.invalid"  # pages are resolved against this, so that anything else is another host
DESCRIPTION_LENGTH = 40  # characters: less says nothing in a list of search results
UNDESCRIBED = {"search.html", "404.html"}

# Link types that make the browser fetch, or connect, at once.
_FETCHED_LINKS = {"stylesheet", "icon", "apple-touch-icon", "preload", "modulepreload", "prefetch", "preconnect"}
_FETCHED_LINKS |= {"dns-prefetch", "manifest"}
_FETCHED = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
_CSS_URL = re.compile(r"""url\(\s*(['"]?)(.*?)\1\s*\)|@import\s+(['"])(.*?)\3""")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass
class Page(HTMLParser):
    """What one page contains, loads and links to."""

    name: str  # path below the site's root, with forward slashes
    text: str
    ids: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    eager: set[str] = field(default_factory=set)  # style sheets and images loaded before scrolling
    scripts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    title: str = ""
    described: bool = False
    _inside: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)
        self.close()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._inside = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "title" and not self.title:
            self.title = data.strip()
        elif self._inside == "style":
            self.fetched += css_urls(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("title", "style"):
            self._inside = tag
        if not attrs:
            return
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids[values["id"]] += 1
        if "url(" in values.get("style", ""):
            self.fetched += css_urls(values["style"])
        if "katex-error" in values.get("class", ""):
            self.faults.append(f"mathematics that cannot be typeset: {values.get('title', '')}")
        for attribute in _FETCHED.get(tag, ()):
            self._fetch(tag, attribute, values)
        if see := getattr(self, f"see_{tag}", None):
            see(values)

    def see_a(self, values: dict[str, str]) -> None:
        if "href" in values:
            self.links.append(values["href"])
        if "name" in values:
            self.ids[values["name"]] += 0  # a place to link to, as an id is

    def see_form(self, values: dict[str, str]) -> None:
        self.links.append(values.get("action", ""))

    def see_img(self, values: dict[str, str]) -> None:
        decorative = values.get("role") in ("presentation", "none") or "aria-hidden" in values
        if not decorative and (fault := alt_fault(values.get("alt"))):
            self.faults.append(f"image {values.get('src', '')} has no useful text alternative: {fault}")

    def see_link(self, values: dict[str, str]) -> None:
        kinds = set(values.get("rel", "").lower().split())
        if kinds & _FETCHED_LINKS and "href" in values:
            self.fetched.append(values["href"])
            if kinds & {"stylesheet", "preload"}:
                self.eager.add(values["href"])
        elif kinds & {"next", "prev", "search", "index"}:
            self.links.append(values.get("href", ""))

    def see_meta(self, values: dict[str, str]) -> None:
        if values.get("name") == "description" and len(values.get("content", "")) >= DESCRIPTION_LENGTH:
            self.described = True
        if values.get("http-equiv", "").lower() == "refresh":
            self.links.append(values.get("content", "").partition("url=")[2])

    def _fetch(self, tag: str, attribute: str, values: dict[str, str]) -> None:
        value = values.get(attribute, "").strip()
        if not value or value.startswith("data:"):
            return
        urls = [part.split()[0] for part in value.split(",") if part.strip()] if attribute == "srcset" else [value]
        self.fetched += urls
        if tag == "script":
            self.scripts.update(urls)
        elif tag == "img" and values.get("loading") != "lazy":
            self.eager.update(urls)


def css_urls(css: str) -> list[str]:
    found = (match[2] or match[4] or "" for match in _CSS_URL.finditer(_CSS_COMMENT.sub("", css)))
    return [url for url in found if url and not url.startswith(("data:", "#"))]


class Site:
    """A built site. `baseurl` is where it will be published: links that start with it are links to itself."""

    def __init__(self, root: Path, baseurl: str = "") -> None:
        self.root = root
        self.baseurl = baseurl
        self.prefix = urlsplit(baseurl).path or "/"
        self._sizes: dict[Path, int] = {}

    @cached_property
    def pages(self) -> dict[str, Page]:
        paths = (
            path for path in sorted(self.root.rglob("*.html")) if path.relative_to(self.root).parts[0] != "_static"
        )
        names = {path.relative_to(self.root).as_posix(): path for path in paths}
        return {name: Page(name, path.read_text(encoding="utf-8")) for name, path in names.items()}

    def faults(self) -> list[str]:
        """Everything that is wrong, one line each, starting with the page."""
        found = [f"{page.name}: {fault}" for page in self.pages.values() for fault in self._page_faults(page)]
        return found + [f"{name}: {fault}" for name, fault in self._style_faults()]

    def _page_faults(self, page: Page) -> list[str]:
        found = list(page.faults)
        if not page.title:
            found.append("no title")
        if page.name not in UNDESCRIBED and not page.described:
            found.append("no description that says anything (front matter: myst, html_meta, description)")
        found += [f"the id {name!r} is used {count} times" for name, count in page.ids.items() if count > 1]
        for url in dict.fromkeys(page.fetched):
            target = self._local(page.name, url)
            if target is None:
                found.append(f"loads from another host: {url}")
            elif not (self.root / target).is_file():
                found.append(f"loads what does not exist: {url}")
        found += [fault for url in dict.fromkeys(page.links) if (fault := self._link_fault(page, url))]
        return found + self._weight_faults(page)

    def _local(self, page: str, url: str) -> str | None:
        """The path below the site's root that a page's URL leads to, or None where it leads elsewhere."""
        if self.baseurl and url.startswith(self.baseurl):
            url = self.prefix + url[len(self.baseurl) :]
        parts = urlsplit(urljoin(f"{ORIGIN}{self.prefix}{page}", url))
        if f"{parts.scheme}://{parts.netloc}" != ORIGIN or not parts.path.startswith(self.prefix):
            return None
        path = unquote(parts.path[len(self.prefix) :])
        return f"{path}index.html" if not path or path.endswith("/") else path

    def _link_fault(self, page: Page, url: str) -> str | None:
        target = self._local(page.name, url)
        if target is None:
            own = not urlsplit(url).scheme and not url.startswith("//")
            return f"broken link, out of the site: {url}" if own else None
        if not (self.root / target).is_file():
            return f"broken link: {url}"
        fragment = unquote(urldefrag(url).fragment)
        if fragment and target in self.pages and fragment not in self.pages[target].ids:
            return f"broken link, no such place on the page: {url}"
        return None

    def _style_faults(self) -> list[tuple[str, str]]:
        found = []
        sheets = {self._local(page.name, url) for page in self.pages.values() for url in page.eager}
        for sheet in sorted(name for name in sheets if name and name.endswith(".css") and (self.root / name).is_file()):
            for url in css_urls((self.root / sheet).read_text(encoding="utf-8")):
                target = self._local(sheet, url)
                if target is None:
                    found.append((sheet, f"loads from another host: {url}"))
                elif not (self.root / target).is_file():
                    found.append((sheet, f"loads what does not exist: {url}"))
        return found

    def _weight_faults(self, page: Page) -> list[str]:
        """An estimate: fonts, which load by need, are weighed in the browser tests."""
        scripts = sum(self._size(page, url) for url in page.scripts)
        total = scripts + len(gzip.compress(page.text.encode(), 6)) + sum(self._size(page, url) for url in page.eager)
        return [
            f"{what} {weight / 1000:.0f} KB compressed, allowed are {budget / 1000:.0f}"
            for what, weight, budget in (("weighs", total, PAGE_BUDGET), ("its scripts weigh", scripts, SCRIPT_BUDGET))
            if weight > budget
        ]

    def _size(self, page: Page, url: str) -> int:
        target = self._local(page.name, url)
        path = self.root / (target or "")
        if target is None or not path.is_file():
            return 0
        if path not in self._sizes:
            self._sizes[path] = len(gzip.compress(path.read_bytes(), 6))
        return self._sizes[path]


def drop_stale_pages(app: Sphinx) -> None:
    """Remove pages of documents that the book no longer has, which Sphinx would leave in place."""
    kept = {*app.env.found_docs, *app.config.html_additional_pages, "search", app.config.notfound_pagename}
    root = Path(app.outdir)
    for path in root.rglob("*.html"):
        name = path.relative_to(root)
        if name.parts[0] not in ("_static", "_sources") and name.with_suffix("").as_posix() not in kept:
            path.unlink()


def check(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name != "html":
        return
    drop_stale_pages(app)
    faults = Site(Path(app.outdir), app.config.html_baseurl).faults()
    for fault in faults:
        logger.warning(fault, type="site", subtype="check")  # and warnings fail the build
    if not faults:
        logger.info("site check: nothing wrong")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", check, priority=900)  # after everything that other extensions still write
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

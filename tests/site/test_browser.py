"""Every page in a real browser: quiet, local, accessible, light; on a phone, in the dark and without scripts."""

import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from server import serve

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build/html"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 800}
MODES = ("light", "dark")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,  # axe's own requests for style sheets would count as the page's
}
# The drawn half of mathematics: thousands of spans in the color of the text, hidden from assistive technology, which
# reads the MathML beside them.
DRAWN = {"exclude": [[".katex-html"]]}

pytestmark = pytest.mark.browser


def toc():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [entry["file"] for part in contents["parts"] for entry in part["chapters"]]
    return [f"{name}.html" for name in (contents["root"], *chapters)]


CONTENT = toc()
PAGES = [*CONTENT, "search.html", "404.html"]


@pytest.fixture(scope="session")
def base():
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no built site in _build/html: say `make book` first")
    with serve(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    executable = os.environ.get("CHROMIUM") or next(filter(None, found), None)
    if executable is None:
        pytest.fail("no Chromium found: install it, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A page opened in a fresh context, and everything that it did."""

    def __init__(self, browser, base, page, *, mode="light", viewport=DESKTOP, scripts=True, before=""):
        self.context = browser.new_context(
            viewport=viewport, color_scheme=mode, java_script_enabled=scripts, reduced_motion="reduce"
        )
        self.context.add_init_script(before)
        self.page = self.context.new_page()
        self.trouble = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self.trouble.append(f"failed: {request.url}"))
        self.page.on("request", lambda request: self._request(base, request.url))
        self.page.goto(base + page)
        self.page.wait_for_load_state("networkidle")

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.trouble.append(f"console {message.type}: {message.text}")

    def _request(self, base, url):
        if not url.startswith((base, "data:")):
            self.trouble.append(f"another host: {url}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def scroll_through(self):
        """To the end and back, so that everything lazy has loaded."""
        self.page.evaluate(
            """async () => {
                const frame = () => new Promise((drawn, failed) => {
                    setTimeout(() => failed(new Error("no frame was drawn")), 10_000);  // see `make browser`
                    requestAnimationFrame(drawn);
                });
                for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
                    scrollTo(0, y);
                    await frame();
                }
                scrollTo(0, 0);
            }"""
        )
        self.page.wait_for_load_state("networkidle")

    def unfold(self):
        """Open every folded box, so that its content is checked too."""
        self.page.evaluate(
            """() => {
                document.querySelectorAll("article details").forEach((box) => (box.open = true));
                document.querySelectorAll("button.toggle-button-hidden").forEach((button) => button.click());
            }"""
        )

    def violations(self, *, contrast=True):
        """What axe finds, a line each. Contrast does not depend on the width, and takes longest."""
        from axe_playwright_python.sync_playwright import Axe

        options = {**AXE, "rules": {"color-contrast": {"enabled": contrast}}}
        found = Axe().run(self.page, context=DRAWN, options=options).response["violations"]
        return [f"{rule['id']}: {rule['help']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    def overflowing(self, width):
        """What makes the page wider than the screen."""
        self.page.set_viewport_size({"width": width, "height": 800})
        return self.page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] :
                [...document.querySelectorAll("body *")]
                    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
                    .slice(0, 5).map((element) => element.outerHTML.slice(0, 200))"""
        )

    def visible_images(self):
        return self.page.evaluate(
            """() => [...document.querySelectorAll("article img")].filter((image) => image.checkVisibility())
                .map((image) => ({url: image.currentSrc, mode: image.className, loaded: image.naturalWidth > 0}))"""
        )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("page", PAGES)
def test_page_is_quiet_local_and_accessible(browser, base, page, mode):
    with Visit(browser, base, page, mode=mode) as visit:
        visit.scroll_through()
        visit.unfold()
        assert visit.violations() == []
        for width in (390, 360):
            assert visit.overflowing(width) == [], f"the page scrolls sideways at {width} px"
        visit.page.wait_for_timeout(500)  # the theme takes 300 ms to see what scrolls now
        visit.scroll_through()
        assert visit.violations(contrast=False) == []
        assert [image["url"] for image in visit.visible_images() if not image["loaded"]] == []
        assert visit.trouble == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("page", CONTENT)
def test_first_visit_is_light(browser, base, page, viewport):
    weights = defaultdict(int)
    kinds = {}
    with Visit(browser, base, "404.html", viewport=viewport) as visit:
        network = visit.context.new_cdp_session(visit.page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        network.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
        network.on(
            "Network.loadingFinished",
            lambda event: weights.update({event["requestId"]: int(event["encodedDataLength"])}),
        )
        visit.page.goto(base + page)
        visit.page.wait_for_load_state("networkidle")

    scripts = sum(weight for request, weight in weights.items() if kinds.get(request) == "Script")
    assert 0 < scripts <= 150_000
    assert scripts < sum(weights.values()) <= 500_000


def test_search_finds_the_soft_threshold(browser, base):
    with Visit(browser, base, CONTENT[0]) as visit:
        visit.page.keyboard.press("Control+k")
        visit.page.keyboard.type("soft threshold")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/search.html?q=soft+threshold")
        visit.page.locator("#search-results li").first.wait_for()
        links = visit.page.eval_on_selector_all("#search-results li > a", "found => found.map((link) => link.pathname)")
        assert any(link.endswith("/book/definition.html") for link in links)
        assert visit.violations() == []
        assert visit.trouble == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("page", CONTENT)
def test_without_scripts_everything_reads(browser, base, page, mode):
    with Visit(browser, base, page, mode=mode, scripts=False) as visit:
        assert visit.page.locator("article h1").is_visible()
        mathematics = visit.page.locator("article > section > p .katex-html, article > section > div.math .katex-html")
        for index in range(min(mathematics.count(), 10)):
            assert mathematics.nth(index).bounding_box()["width"] > 0
        pictures = visit.page.locator("article figure picture")
        shown = [pictures.nth(index) for index in range(pictures.count()) if pictures.nth(index).is_visible()]
        assert len(shown) == pictures.count() / 2  # of light and dark, one
        assert all("only-light" in picture.get_attribute("class") for picture in shown)
        background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgb(255, 255, 255)"  # the light figures' paper
        assert visit.trouble == []


def test_figures_follow_the_mode(browser, base):
    with Visit(browser, base, "book/definition.html") as visit:
        visit.scroll_through()
        seen = set()
        for _ in range(3):
            theme = visit.page.evaluate("document.documentElement.dataset.theme")
            visit.scroll_through()
            images = visit.visible_images()
            assert images
            assert {image["mode"] for image in images} == {f"only-{theme}"}
            assert all(image["loaded"] for image in images)
            seen.add(theme)
            visit.page.locator(".theme-switch-button").click()
        assert seen == set(MODES)


# What a browser does that keeps nothing about a site: even looking at the storage raises.
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
    configurable: true, get() { throw new DOMException("denied", "SecurityError"); },
})"""


@pytest.mark.parametrize("page", [CONTENT[1], "search.html", "404.html"])
@pytest.mark.parametrize("mode", MODES)
def test_a_browser_that_keeps_nothing_reads_it_too(browser, base, page, mode):
    with Visit(browser, base, page, mode=mode, before=NO_STORAGE) as visit:
        theme = "document.documentElement.dataset.theme"
        assert visit.trouble == []
        assert visit.page.evaluate(theme) == mode
        seen = {mode}
        for _ in range(2):
            visit.page.locator(".theme-switch-button:visible").first.click()
            seen.add(visit.page.evaluate(theme))
        assert seen == set(MODES)
        assert visit.trouble == []


def test_a_phone_gets_the_narrow_layout(browser, base):
    pictures = {}
    for name, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        with Visit(browser, base, "book/definition.html", viewport=viewport) as visit:
            visit.scroll_through()
            pictures[name] = {image["url"] for image in visit.visible_images()}
    assert pictures["desktop"] != pictures["phone"]


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(browser, base):
    with Visit(browser, base, "book/definition.html") as visit:
        visit.page.keyboard.press("Tab")
        skip = visit.page.locator("#pst-skip-link a")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.bounding_box()["y"] >= 0
        visit.page.keyboard.press("Enter")
        assert visit.page.url.endswith("#main-content")
        for _ in range(12):
            visit.page.keyboard.press("Tab")
            focused = visit.page.evaluate(
                """() => {
                    const element = document.activeElement, style = getComputedStyle(element);
                    return {html: element.outerHTML.slice(0, 120), inside: !!element.closest("main"),
                            ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2};
                }"""
            )
            assert focused["inside"], focused["html"]
            assert focused["ring"], focused["html"]


def test_code_that_scrolls_can_be_reached_with_the_keyboard(browser, base):
    with Visit(browser, base, "book/definition.html", viewport=PHONE) as visit:
        boxes = visit.page.evaluate(
            """() => [...document.querySelectorAll("pre, .katex-display, .pst-scrollable-table-container")]
                .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth)
                .map((box) => box.tabIndex)"""
        )
        assert boxes
        assert set(boxes) == {0}


def test_the_root_leads_to_the_course(browser, base):
    with Visit(browser, base, "") as visit:
        visit.page.wait_for_url(f"**/{CONTENT[0]}")
        visit.page.wait_for_load_state("networkidle")
        # What the redirecting page had begun to fetch is dropped with it.
        assert [trouble for trouble in visit.trouble if not trouble.endswith("/favicon.svg")] == []


def test_what_is_missing_leads_back(browser, base):
    with Visit(browser, base, "deep/down/gone.html") as visit:
        assert visit.page.locator("h1").inner_text() == "Page not found"
        assert visit.page.evaluate("getComputedStyle(document.querySelector('.site-mark circle')).fill") == "none"
        visit.page.locator("a.site-name").click()
        visit.page.wait_for_url(f"**/{CONTENT[0]}")

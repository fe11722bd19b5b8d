"""Open documents in JupyterLab as the launch buttons do; they must come up as notebooks, and run.

python binder/open_in_lab.py ADDRESS CHROMIUM DOCUMENT ...     (in the environment of the tests)
"""

import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SECONDS = 1000
address, chromium, *documents = sys.argv[1:]


def wait_for_server() -> None:
    """Until JupyterLab answers, at most a minute."""
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    sys.exit("JupyterLab does not answer")


def open_document(page: Page, document: str) -> None:
    """A workspace of its own for each document, as for somebody who has just come."""
    page.goto(f"{address}/lab/workspaces/{document.replace('/', '-').replace('.', '-')}/tree/{document}")
    expect(page.locator(".jp-NotebookPanel")).to_be_visible(timeout=60 * SECONDS)
    expect(page.locator(".jp-FileEditor")).to_have_count(0)
    expect(page.locator(".jp-CodeCell").first).to_be_attached(timeout=20 * SECONDS)
    expect(page.locator(".jp-Toolbar-kernelName")).to_contain_text("Python 3", timeout=60 * SECONDS)
    if document.endswith(".md") and "{admonition}" in Path(document).read_text(encoding="utf-8"):
        # MyST's directives are boxes then, and not their source.
        expect(page.locator(".jp-MarkdownCell aside").first).to_be_attached(timeout=20 * SECONDS)


def run_all(page: Page) -> None:
    """Run all cells from the menu, and wait until the last one has its number and none has an error."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(".jp-CodeCell .jp-InputPrompt").last
    expect(last).to_have_text("[*]:", timeout=20 * SECONDS)
    expect(last).not_to_have_text("[*]:", timeout=120 * SECONDS)
    numbers = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    print(f"    ran all cells: {' '.join(numbers)}")
    if "[ ]:" in numbers:
        sys.exit("a cell has not run")
    expect(page.locator('[data-mime-type="application/vnd.jupyter.stderr"]')).to_have_count(0)
    expect(page.locator('[data-mime-type="application/vnd.jupyter.error"]')).to_have_count(0)


wait_for_server()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
    for document in documents:
        page = browser.new_page(viewport={"width": 1300, "height": 20_000})  # high, so that every cell is drawn
        open_document(page, document)
        print(f"  {document} opens as a notebook")
        if document.startswith("notebooks/") or document == "book/index.md":
            run_all(page)
        page.screenshot(path=f"{document.replace('/', '-')}.png", clip={"x": 0, "y": 0, "width": 1300, "height": 3000})
        page.close()
    browser.close()

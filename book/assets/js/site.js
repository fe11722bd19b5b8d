// What scrolls sideways must be reachable with the keyboard. The theme sees to code and tables; this does the
// same for mathematics and for the tables that code cells make.
const scrollable = ".katex-display, .cell_output .text_html, .claims-scroll";

function markScrollable() {
  for (const box of document.querySelectorAll(scrollable)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

addEventListener("load", markScrollable);
addEventListener("resize", markScrollable);

// A menu closes when the reader turns elsewhere.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".header-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".header-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Paper is light.
let shown;
addEventListener("beforeprint", () => {
  shown = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = shown;
});

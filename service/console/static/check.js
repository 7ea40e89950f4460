"use strict";
// Findings beside a report: choose which kinds show, follow links both ways, walk with j and k.
(() => {
  const findings = [...document.querySelectorAll(".finding")];
  const buttons = [...document.querySelectorAll(".count")];
  const show = (button, shown) => {
    button.setAttribute("aria-pressed", String(shown));
    for (const item of findings) if (item.dataset.kind === button.dataset.kind) item.hidden = !shown;
  };
  for (const button of buttons) {
    button.addEventListener("click", () => show(button, button.getAttribute("aria-pressed") !== "true"));
  }
  const reveal = () => {
    const item = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!item) return;
    if (item.classList.contains("finding") && item.hidden) {
      show(buttons.find((button) => button.dataset.kind === item.dataset.kind), true);
      item.scrollIntoView();
    }
    if (item.classList.contains("at")) {
      const mark = item.closest(".mark") || item.nextElementSibling || item.parentElement;
      mark.classList.remove("lit");
      void mark.offsetWidth;
      mark.classList.add("lit");
    }
  };
  addEventListener("hashchange", reveal);
  reveal();
  let at = -1;
  document.addEventListener("keydown", (event) => {
    if (!window.yangguang.isFree(event) || !["j", "k"].includes(event.key)) return;
    const shown = findings.filter((item) => !item.hidden);
    if (!shown.length) return;
    event.preventDefault();
    at = Math.max(0, Math.min(shown.length - 1, at + (event.key === "j" ? 1 : -1)));
    const link = shown[at].querySelector("a");
    shown[at].scrollIntoView({ block: "nearest" });
    if (link) { link.focus(); link.click(); }
  });
})();

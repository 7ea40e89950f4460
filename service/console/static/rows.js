"use strict";
// Walk the rows of a list with j and k, open one with Enter.
(() => {
  const links = [...document.querySelectorAll("[data-rows] tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
  document.addEventListener("keydown", (event) => {
    if (!window.yangguang.isFree(event) || !["j", "k"].includes(event.key) || !links.length) return;
    event.preventDefault();
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)));
    links[next].focus();
    links[next].closest("tr").scrollIntoView({ block: "nearest" });
  });
})();

"use strict";
// Deciding by keyboard: number keys in the lit question, arrows between questions, Enter accepts.
(() => {
  const form = document.getElementById("decide");
  for (const closer of document.querySelectorAll("[data-closes]")) {
    closer.addEventListener("click", () => closer.closest("dialog").close());
  }
  const follow = (key) => { const link = document.querySelector(`[data-key="${key}"]`); if (link) location.href = link.href; };
  if (!form) return;
  const layers = [...form.querySelectorAll(".layer")];
  let active = Math.max(0, layers.findIndex((layer) => "unsure" in layer.dataset));
  const light = (index, scrolls = true) => {
    active = (index + layers.length) % layers.length;
    layers.forEach((layer, i) => layer.classList.toggle("active", i === active));
    if (scrolls) layers[active].scrollIntoView({ block: "nearest" });
  };
  light(active, false);
  layers.forEach((layer, i) => layer.addEventListener("focusin", () => light(i, false)));

  // Below another topic a second-level topic is none: hide what no longer fits.
  const valueOf = (name) => {
    const other = form.elements[`${name}_other`];
    const chosen = form.querySelector(`input[name="${name}"]:checked`);
    return (other && other.value) || (chosen && chosen.value) || "";
  };
  const fit = () => {
    const topic = valueOf("topic");
    const layer = form.querySelector('[data-layer="subtopic"]');
    if (!layer || !topic) return;
    for (const option of layer.querySelectorAll("[data-parent]")) {
      const fits = !option.dataset.parent || option.dataset.parent === topic;
      option.hidden = !fits;
      const radio = option.querySelector("input");
      if (radio) { radio.disabled = !fits; if (!fits) radio.checked = false; }
      else if (!fits && option.selected) option.parentElement.value = "";
      if (option.tagName === "OPTION") option.disabled = !fits;
    }
  };
  const numbered = (layer) => [...layer.querySelectorAll(".option")].filter((option) => !option.hidden);
  const renumber = () => {
    for (const layer of layers) numbered(layer).forEach((option, i) => { option.querySelector("kbd").textContent = i + 1; });
  };
  form.addEventListener("change", (event) => {
    const name = event.target.name || "";
    if (event.target.type === "radio" && form.elements[`${name}_other`]) form.elements[`${name}_other`].value = "";
    fit();
    renumber();
  });
  fit();
  renumber();

  document.addEventListener("keydown", (event) => {
    if (!window.yangguang.isFree(event)) return;
    const onControl = event.target.closest && event.target.closest("a, button, summary");
    if (/^[1-9]$/.test(event.key)) {
      const option = numbered(layers[active])[Number(event.key) - 1];
      if (!option) return;
      event.preventDefault();
      const radio = option.querySelector("input");
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
      if (active < layers.length - 1) light(active + 1);
    } else if (event.key === "0") {
      event.preventDefault();
      layers[active].querySelector("select").focus();
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      light(active + (event.key === "ArrowRight" ? 1 : -1));
    } else if (event.key === "Enter" && !onControl) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "j") follow("j");
    else if (event.key === "k") history.back();
    else if (event.key === "i") {
      const selects = [...document.querySelectorAll("#items-decide select")];
      const open = selects.find((select) => "open" in select.dataset) || selects[0];
      if (open) { event.preventDefault(); open.scrollIntoView({ block: "nearest" }); open.focus(); }
    }
    else if (event.key === "u") {
      const undo = document.getElementById("undo");
      if (undo.querySelector("button")) undo.requestSubmit();
    } else if (event.key === "s" || event.key === "m") {
      event.preventDefault();
      const dialog = document.getElementById(event.key === "s" ? "split" : "repeat");
      dialog.showModal();
      dialog.querySelector("textarea, input:not([type=hidden])").focus();
    }
  });
})();

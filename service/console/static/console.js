"use strict";
// What every page does: help, places by key, files dropped, saying that something is under way.
window.yangguang = {
  // Whether a key press is ours: not in a field, not with a modifier, no dialog open.
  isFree(event) {
    const target = event.target;
    return !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing
      || document.querySelector("dialog[open]")
      || (target.closest && target.closest("input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea, select, [contenteditable]")));
  },
};
(() => {
  const places = { d: "/console/", r: "/console/review", c: "/console/cases", s: "/console/statistics" };
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (!window.yangguang.isFree(event)) return;
    if (event.key === "?") {
      const help = document.getElementById("help");
      if (help) { event.preventDefault(); help.showModal(); }
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "g") {
      going = Date.now();
    } else if (Date.now() - going < 1500 && places[event.key]) {
      event.preventDefault();
      event.stopImmediatePropagation();
      going = 0;
      location.href = places[event.key];
    }
  }, true);

  // A file dropped on, or chosen in, a field shows its name and size; one too large is refused here,
  // before minutes of upload.
  const most = Number(document.body.dataset.maxUpload);
  const told = (label) => {
    const input = label.querySelector("input[type=file]");
    const file = input.files[0];
    input.setCustomValidity(file && file.size > most ? `文件超过 ${Math.floor(most / 1048576)} MB，请拆开再传。` : "");
    if (!input.checkValidity() && file) input.reportValidity();
    label.querySelector("output").textContent = file
      ? `${file.name}（${file.size < 1e6 ? Math.ceil(file.size / 1024) + " KB" : (file.size / 1048576).toFixed(1) + " MB"}）` : "";
    label.classList.toggle("filled", Boolean(file));
  };
  for (const label of document.querySelectorAll("[data-drop]")) {
    const input = label.querySelector("input[type=file]");
    input.addEventListener("change", () => told(label));
    for (const name of ["dragenter", "dragover"]) {
      label.addEventListener(name, (event) => { event.preventDefault(); label.classList.add("over"); });
    }
    label.addEventListener("dragleave", () => label.classList.remove("over"));
    label.addEventListener("drop", (event) => {
      event.preventDefault();
      label.classList.remove("over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; told(label); }
    });
  }

  // A form that takes long says so; a second click does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = form.dataset.confirm;
    if (question && !confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (form.method === "dialog" || event.defaultPrevented) return;
    if (form.dataset.busy) {
      const line = document.createElement("p");
      line.className = "busy";
      line.setAttribute("role", "status");
      line.textContent = form.dataset.busy;
      form.append(line);
    }
    if (!form.hasAttribute("hx-post")) {
      setTimeout(() => { for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true; });
    }
  });
  addEventListener("pageshow", () => {
    for (const line of document.querySelectorAll(".busy")) line.remove();
    for (const button of document.querySelectorAll("form button:disabled:not([data-off])")) button.disabled = false;
  });

  for (const opener of document.querySelectorAll("[data-opens]")) {
    opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
  }

  // What the server refuses in answer to a part of a page is said above the page.
  document.addEventListener("htmx:responseError", (event) => {
    const page = document.querySelector(".page");
    const said = document.createElement("div");
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html");
    said.className = "note error";
    said.setAttribute("role", "alert");
    said.textContent = answer.body.textContent.trim() || "没有做成，请刷新后再试。";
    page.prepend(said);
    said.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:sendError", () => {
    const page = document.querySelector(".page");
    if (page.querySelector("[data-offline]")) return;
    const said = document.createElement("div");
    said.className = "note error";
    said.dataset.offline = "1";
    said.setAttribute("role", "alert");
    said.textContent = "连不上服务，已保存的内容不受影响。服务恢复后刷新即可。";
    page.prepend(said);
  });
})();

"use strict";
// Put a chosen number where the cursor stands in the sentence.
for (const select of document.querySelectorAll("[data-inserts]")) {
  const area = document.getElementById(select.dataset.inserts);
  select.addEventListener("change", () => {
    if (!select.value) return;
    area.setRangeText(select.value, area.selectionStart, area.selectionEnd, "end");
    select.value = "";
    area.focus();
  });
}

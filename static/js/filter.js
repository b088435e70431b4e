// A filter for long lists: `data-filter` names the element whose `data-item`s are searched
// for what is typed. It stays hidden without this file, and everything is shown.
function filter(box) {
  const field = box.querySelector("input");
  const said = box.querySelector("[aria-live]");
  const items = [...document.getElementById(box.dataset.filter).querySelectorAll("[data-item]")];

  function narrow() {
    const words = field.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    said.textContent = field.value.trim() ? `${shown} of ${items.length} shown` : "";
  }

  field.addEventListener("input", narrow);
  box.hidden = false;
  narrow();
}

for (const box of document.querySelectorAll("[data-filter]")) {
  filter(box);
}

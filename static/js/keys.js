// Single keys: "/" goes to the search field, "j" and "k" to the next result and the one before,
// "c" copies the first command, "?" opens the list of keys. `data-keys` is that list, and says
// whether they are on.
const list = document.querySelector("[data-keys]");

function walk(step) {
  const results = [...document.querySelectorAll("[data-results] h3 a")];
  const here = results.findIndex((one) => one.closest("li").contains(document.activeElement));
  const next = here < 0 && step < 0 ? undefined : results[here + step];
  next?.focus();
  return next;
}

const actions = {
  "/": () => {
    const field = document.querySelector('input[type="search"]');
    field?.focus();
    field?.select();
    return field;
  },
  j: () => walk(1),
  k: () => walk(-1),
  c: () => {
    const button = document.querySelector("[data-copy]:not([hidden])");
    button?.click();
    return button;
  },
  "?": () => {
    list.open = !list.open;
    if (list.open) {
      list.querySelector("summary").focus();
    }
    return list;
  },
};

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function press(event) {
  const isChord = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const action = Object.hasOwn(actions, event.key) && actions[event.key];
  if (action && !isChord && !isTyping(event.target) && action()) {
    event.preventDefault();
  }
}

if (list) {
  list.hidden = false;
  if (list.dataset.keys === "on") {
    document.addEventListener("keydown", press);
  }
}

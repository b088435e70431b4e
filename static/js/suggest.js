// Plugins while somebody types: `data-suggest` is the address that knows them, `data-names` the
// list. Arrows choose, Enter opens, Escape closes. Source: ARIA APG, combobox with list.
const WAIT_MS = 120;

function follow(field) {
  const list = document.getElementById(field.dataset.names);
  let [waiting, chosen, asked] = [0, -1, new AbortController()];
  function choose(number) {
    chosen = number;
    [...list.children].forEach((one, n) => (one.ariaSelected = String(n === number)));
    const one = list.children[number];
    field.setAttribute("aria-activedescendant", one?.id ?? "");
    one?.scrollIntoView({ block: "nearest" });
  }
  function open(isOpen) {
    list.hidden = !isOpen;
    field.ariaExpanded = String(isOpen);
    choose(-1);
  }
  function option({ name, label, type, href }, number) {
    const one = Object.assign(document.createElement("li"), { id: `${list.id}-${number}`, role: "option" });
    const code = Object.assign(document.createElement("code"), { textContent: name });
    one.append(label || name, " ", code, ` ${type}`);
    one.dataset.href = href;
    return one;
  }
  async function ask() {
    asked.abort();
    asked = new AbortController();
    try {
      const address = `${field.dataset.suggest}?q=${encodeURIComponent(field.value)}`;
      const { suggestions } = await (await fetch(address, { signal: asked.signal })).json();
      list.replaceChildren(...suggestions.map(option));
      open(suggestions.length > 0 && document.activeElement === field);
    } catch {
      // An answer that was overtaken or never came leaves the names of the last one.
    }
  }
  const go = (one) => one && location.assign(one.dataset.href);
  Object.assign(field, { role: "combobox", ariaExpanded: "false", ariaAutoComplete: "list" });
  field.setAttribute("aria-controls", list.id);
  const wait = () => (clearTimeout(waiting), (waiting = setTimeout(ask, WAIT_MS)));
  field.addEventListener("input", wait);
  field.addEventListener("blur", () => open(false));
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const number = list.children.length + 1;
    if (list.hidden) return;
    if (step) choose(((chosen + 1 + step + number) % number) - 1);
    else if (event.key === "Enter" && chosen >= 0) go(list.children[chosen]);
    else if (event.key === "Escape") open(false);
    else return;
    event.preventDefault();
  });
  // Pressing a name must not take the focus away: that closes the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => go(event.target.closest("li")));
}

document.querySelectorAll("[data-suggest]").forEach(follow);

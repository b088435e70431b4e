// Names while somebody types: `data-suggest` is the address that knows them, `list` the
// datalist that shows them. Without this file the field is a field.
const WAIT_MS = 120;

function follow(field) {
  const list = document.getElementById(field.getAttribute("list"));
  let waiting = 0;
  let asked = new AbortController();

  async function ask() {
    asked.abort();
    asked = new AbortController();
    const address = `${field.dataset.suggest}?q=${encodeURIComponent(field.value)}`;
    try {
      const answer = await fetch(address, { signal: asked.signal });
      const { suggestions } = await answer.json();
      list.replaceChildren(
        ...suggestions.map(({ name, label, type }) => {
          const option = document.createElement("option");
          option.value = name;
          option.label = label ? `${label}, ${type}` : type;
          return option;
        }),
      );
    } catch {
      // An answer that was overtaken or never came leaves the names of the last one.
    }
  }

  field.addEventListener("input", (event) => {
    clearTimeout(waiting);
    // A chosen name is whole: there is nothing left to suggest.
    if (event.inputType && event.inputType !== "insertReplacementText") {
      waiting = setTimeout(ask, WAIT_MS);
    }
  });
}

for (const field of document.querySelectorAll("[data-suggest]")) {
  follow(field);
}

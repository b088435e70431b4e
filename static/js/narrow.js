// Facets that apply when they are ticked: `data-narrow` names the form. The page's own
// address is asked, so what comes is what anybody gets there; of it the elements with
// `data-part` take the place of those with the same id. Without this file there is Apply.
const parts = () => document.querySelectorAll("[data-part]");
const said = document.querySelector("[data-said]");
const failed = document.querySelector("[data-failed]");
let asked = new AbortController();

function addressOf(form) {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled).toString();
  return form.action.split("?")[0] + (query && `?${query}`);
}

function take(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const here = document.activeElement;
  const unfolded = [...document.querySelectorAll("[data-part] details[open]")];
  const open = new Set(unfolded.map((one) => one.id));
  for (const part of parts()) {
    const fresh = page.getElementById(part.id);
    for (const one of fresh.querySelectorAll("details")) one.open ||= open.has(one.id);
    part.replaceChildren(...fresh.childNodes);
  }
  document.title = page.title;
  said.textContent = document.querySelector("[data-count]").textContent;
  // Who ticked a box stays at that box, though it is another one now.
  const again = here?.name && document.querySelector(
    `[data-part] [name="${CSS.escape(here.name)}"][value="${CSS.escape(here.value)}"]`);
  (again || document.getElementById(here?.id))?.focus({ preventScroll: true });
}

async function show(address) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  for (const part of parts()) part.ariaBusy = "true";
  try {
    const answer = await fetch(address, { signal });
    if (!answer.ok) throw new Error(answer.statusText);
    take(await answer.text());
    failed.hidden = true;
  } catch {
    failed.hidden = signal.aborted;
  }
  if (!signal.aborted) for (const part of parts()) part.ariaBusy = null;
}

for (const place of document.querySelectorAll("[data-narrow]")) {
  const form = document.getElementById(place.dataset.narrow);
  place.addEventListener("change", () => {
    const address = addressOf(form);
    history.pushState(null, "", address);
    show(address);
  });
  // Back and forward: the words in the field are another page's, too.
  addEventListener("popstate", () => location.reload());
}

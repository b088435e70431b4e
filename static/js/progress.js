// A check that runs while somebody looks: the page asks for itself, soon at first and then
// less often, and takes the elements with `data-live` out of the answer. That ends once the
// answer has no `data-running`, and waits while the tab is hidden. Without this file a reload
// shows the same.
const FIRST_MS = 2000;
const LONGEST_MS = 15000;
const said = document.querySelector("[data-progress]");
let wait = FIRST_MS;
let tag = "";
let next = 0;

function later() {
  clearTimeout(next);
  if (said && !document.hidden) next = setTimeout(ask, wait);
}

function take(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh.innerHTML === part.innerHTML) continue;
    const here = part.contains(document.activeElement) && document.activeElement;
    part.replaceChildren(...fresh.childNodes);
    const href = here && here.getAttribute("href");
    if (href) part.querySelector(`[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
  }
}

function tell(running) {
  const words = running?.textContent ?? said.dataset.done;
  if (said.textContent !== words) said.textContent = words;
  if (running) return;
  document.title = `${said.dataset.title}: ${document.title}`;
  document.querySelector("[data-again]").hidden = false;
  document.removeEventListener("visibilitychange", soon);
}

async function ask() {
  try {
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(location.href, { cache: "no-store", headers });
    if (answer.ok) {
      tag = answer.headers.get("ETag") ?? "";
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      const running = document.querySelector("[data-running]");
      tell(running);
      if (!running) return;
    }
  } catch { /* The next answer may come. */ }
  wait = Math.min(wait * 1.5, LONGEST_MS);
  later();
}

function soon() {
  wait = FIRST_MS;
  later();
}

document.addEventListener("visibilitychange", soon);
later();

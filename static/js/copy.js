// Copy buttons: `data-copy` names the element whose text is copied. They stay hidden
// where the browser has no clipboard; the text can be selected either way.
const SHOWN_MS = 4000;

async function copy(button) {
  const word = button.querySelector("[data-word]");
  const live = document.querySelector("[data-copied]");
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    word.textContent = "Copied";
    live.textContent = "Copied to the clipboard";
  } catch {
    word.textContent = "Not allowed";
    live.textContent = "The browser did not allow copying";
  }
  setTimeout(() => {
    word.textContent = "Copy";
    live.textContent = "";
  }, SHOWN_MS);
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

// The form of a variant's settings: `data-configure` holds fields and the files they fill.
// Fields have no names and the form no address, so nothing that is typed can leave the page.
import { WANTED, jsonOf } from "./typing.js";
import { dotenvOf, projectOf, singerOf } from "./writing.js";

function configure(root) {
  const form = root.querySelector("form");
  const file = (key) => document.getElementById(`form-${key}`);
  const still = ["yaml", "env", "json"].map((key) => [file(key), file(key).textContent]);
  const fields = [...form.querySelectorAll("[data-setting]")].map((row) => ({
    name: row.dataset.setting,
    variable: row.dataset.variable,
    kind: row.dataset.kind,
    isSecret: row.dataset.kind === "password",
    input: row.querySelector("input, select, textarea"),
  }));

  function fill() {
    const given = fields
      .filter(({ input }) => input.value !== "")
      .map((one) => ({ ...one, json: jsonOf(one.kind, one.input.value) }));
    const refused = given.filter(({ json }) => json === undefined);
    const right = given.filter(({ json }) => json !== undefined);
    for (const { input } of fields) input.removeAttribute("aria-invalid");
    for (const { input } of refused) input.setAttribute("aria-invalid", "true");
    const words = refused.map(({ name, kind }) => `${name} is ${WANTED[kind]}`);
    form.querySelector("[data-refused]").textContent = words.length
      ? `Left out: ${words.join("; ")}.`
      : "";
    if (!right.length) {
      for (const [element, text] of still) element.textContent = text;
      return;
    }
    file("yaml").textContent = projectOf(root.dataset.head, right);
    file("env").textContent = dotenvOf(right);
    file("json").textContent = singerOf(right);
  }

  form.addEventListener("input", fill);
  form.hidden = false;
  // A browser may put back what was typed before a reload.
  fill();
}

for (const root of document.querySelectorAll("[data-configure]")) {
  configure(root);
}

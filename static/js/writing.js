// What somebody typed, as the three files have it. Values are JSON texts: a number of any
// length stays as it was written. Nothing here reads a page or asks a network.
// Words that YAML takes for something else than a text, and what it can't show.
const PLAIN_KEY = /^[A-Za-z_][\w.-]*$/;
const YAML_WORD = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const UNSEEN = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;
// Source: Meltano's ENV_VAR_PATTERN. A dollar sign before these would be filled in.
const FILLED = /\$(?=\{\w+\}|[A-Z])/g;

const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

function yamlOf(json) {
  // A JSON text is YAML, too; in it a backslash is written twice.
  return json.replace(FILLED, "\\\\$").replace(UNSEEN, escaped);
}

export function projectOf(head, given) {
  const lines = given.map(({ name, variable, json, isSecret }) => {
    const isPlain = PLAIN_KEY.test(name) && !YAML_WORD.test(name);
    const key = isPlain ? name : JSON.stringify(name).replace(UNSEEN, escaped);
    const named = /^[A-Z][A-Z0-9_]*$/.test(variable) ? `$${variable}` : `\${${variable}}`;
    return `      ${key}: ${isSecret ? named : yamlOf(json)}`;
  });
  return lines.length ? [head, "    config:", ...lines].join("\n") : head;
}

export function dotenvOf(given) {
  const lines = given
    .filter(({ isSecret }) => isSecret)
    .map(({ variable, json }) => {
      const text = JSON.parse(json).replace(/[\\']/g, "\\$&");
      // `${` would be filled in, even in quotes; an unnamed variable's default is not.
      return `${variable}='${text.replaceAll("${", "${:-$}{")}'`;
    });
  return lines.join("\n") || "# No secret is given.";
}

export function singerOf(given) {
  const config = new Map();
  for (const { name, json, isSecret } of given) {
    const path = name.split(".");
    const last = path.pop();
    let inner = config;
    for (const part of path) {
      if (!(inner.get(part) instanceof Map)) inner.set(part, new Map());
      inner = inner.get(part);
    }
    inner.set(last, isSecret ? JSON.stringify(`<${name}>`) : json);
  }
  return written(config, "");
}

function written(map, before) {
  const inside = `${before}  `;
  const lines = [...map].map(([key, value]) => {
    const text = value instanceof Map ? written(value, inside) : value;
    return `${inside}${JSON.stringify(key)}: ${text}`;
  });
  return lines.length ? `{\n${lines.join(",\n")}\n${before}}` : "{}";
}

// What somebody typed for a setting, by the kind of its field. A select's value is JSON.
const NUMBERS = { integer: /^-?(?:0|[1-9]\d*)$/, decimal: /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/ };
export const WANTED = {
  integer: "no whole number",
  decimal: "no number",
  object: "no JSON object",
  array: "no JSON array",
};

// Returns a typed value as JSON text; undefined for what is none of its kind.
export function jsonOf(kind, typed) {
  if (kind === "select") return typed;
  if (kind in NUMBERS) return NUMBERS[kind].test(typed.trim()) ? typed.trim() : undefined;
  if (kind !== "object" && kind !== "array") return JSON.stringify(typed);
  try {
    const value = JSON.parse(typed);
    const isRight = value !== null && typeof value === "object";
    return isRight && Array.isArray(value) === (kind === "array")
      ? JSON.stringify(value)
      : undefined;
  } catch {
    return undefined;
  }
}

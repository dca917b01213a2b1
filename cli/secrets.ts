/** Keeps secrets out of what is printed. Pure. */
import { SECRET, SIGNATURE, type StackState } from "./pulumi/state.ts";

/** Shorter values, such as `true`, are also ordinary words. */
const SHORTEST = 6;
/** Properties that are secret only because their neighbour is one. */
const notSecret = new Set(["file", "host", "port", "user", "database", "executable", "name", "label"]);

/** Every secret value in a state that was read with its secrets, and the passwords in secret URLs. */
export function secretsIn({ resources }: Pick<StackState, "resources">): string[] {
  const found = new Set<string>();
  for (const { inputs, outputs } of resources) {
    for (const value of [inputs, outputs]) collect(value, false, found);
  }
  return [...found];
}

function collect(value: unknown, isSecret: boolean, found: Set<string>): void {
  if (typeof value === "string") {
    if (isSecret) add(value, found);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, isSecret, found);
  } else if (typeof value === "object" && value !== null) {
    if (SIGNATURE in value && "plaintext" in value) {
      collect(JSON.parse(String(value.plaintext)), true, found);
      return;
    }
    for (const [key, item] of Object.entries(value)) collect(item, isSecret && !notSecret.has(key), found);
  }
}

function add(value: string, found: Set<string>): void {
  const text = value.trim();
  // The secrets in a file's text are secrets of their own.
  if (text.length < SHORTEST || text.includes("\n")) return;
  found.add(text);
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(text)?.[1];
  if (password !== undefined) {
    found.add(password);
    found.add(decodeURIComponent(password));
  }
}

/** What looks like a secret: a password in a URL, and the value of a key that is called so. */
const looksSecret: readonly RegExp[] = [
  /(?<=[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi,
  /(?<=\b\w*(?:password|passwd|pgpass|secret|(?:api|app|access)[_-]?key|token)["']?\s*[=:]\s*["']?)[^\s"',;&)\]}]+/gi,
];

/** @param secrets replaced wherever they occur, also as JSON or a URL would write them */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const forms = [...secrets].flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
  ]);
  const known = [...new Set(forms)].filter((form) => form.length >= SHORTEST);
  // The longest first: one may be part of another.
  known.sort((a, b) => b.length - a.length);
  return (text) => {
    const masked = known.reduce((line, form) => line.replaceAll(form, SECRET), text);
    return looksSecret.reduce((line, pattern) => line.replace(pattern, SECRET), masked);
  };
}

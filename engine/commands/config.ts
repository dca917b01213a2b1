/** `config`: what a stack is given, and how to change it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { replaceFile } from "../atomic-file.ts";
import { asText, collectConfig, fullKey } from "../config.ts";
import { parsePath } from "../property-path.ts";
import { MASK } from "../redaction.ts";
import { Stack } from "../stack.ts";
import { type ConfigPath, StackFileText } from "../stack-file.ts";
import type { Commands } from "./index.ts";
import { printJson, printTable } from "./print.ts";

export default {
  async config({ stack: options, flags }) {
    const stack = new Stack(options);
    const isOpen = flags["show-secrets"];
    const decrypt = isOpen ? await stack.decrypter() : () => MASK;
    const config = [...collectConfig(stack.project, stack.file, {}, decrypt)].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    if (flags.json) {
      return printJson(
        Object.fromEntries(
          config.map(([key, { value, secret }]) => [
            key,
            secret && !isOpen ? { secret } : asJson(value, secret),
          ]),
        ),
      );
    }
    const rows = config.map(([key, { value, secret }]) => [
      key.replace(`${stack.project.name}:`, ""),
      secret && !isOpen && typeof value !== "object" ? MASK : asText(value),
    ]);
    return printTable([["KEY", "VALUE"], ...rows]);
  },

  async "config get"({ stack: options, words, flags }) {
    const stack = new Stack(options);
    const [key, ...parts] = toPath(words[0], flags.path);
    const full = fullKey(stack.project.name, key);
    const entry = collectConfig(stack.project, stack.file, {}, await stack.decrypter()).get(full);
    let value = entry?.value;
    for (const part of parts) value = (value as Record<string, unknown> | undefined)?.[part];
    if (!entry || value === undefined) {
      const path = [full, ...parts].join(".");
      throw new Error(`configuration key '${path}' not found for stack '${stack.name}'`);
    }
    if (flags.json) return printJson(asJson(value, entry.secret));
    process.stdout.write(`${asText(value)}\n`);
    return 0;
  },

  async "config set"({ stack: options, words, flags }) {
    const stack = new Stack(options);
    const path = toPath(words[0], flags.path);
    const text = words[1] ?? (await readValue());
    const full = (key: string) => fullKey(stack.project.name, key);
    const schema = Object.entries(stack.project.config).find(([key]) => full(key) === full(path[0]))?.[1];
    const isSecret = flags.secret || (schema?.secret && !flags.plaintext);
    const secrets = isSecret ? await stack.secrets() : undefined;
    return edit(stack, (file) => {
      if (secrets) file.setSalt(secrets.salt);
      file.set(path, secrets ? { secure: secrets.encrypt(text) } : path.length > 1 ? typed(text) : text);
    });
  },

  async "config rm"({ stack, words, flags }) {
    return edit(new Stack(stack), (file) => file.remove(toPath(words[0], flags.path)));
  },
} satisfies Commands;

async function edit(stack: Stack, change: (file: StackFileText) => void): Promise<number> {
  const { path } = stack.file;
  const isThere = existsSync(path);
  const file = new StackFileText(isThere ? readFileSync(path, "utf8") : "", stack.project.name);
  change(file);
  await replaceFile(path, String(file), isThere ? statSync(path).mode : 0o666);
  return 0;
}

async function readValue(): Promise<string> {
  if (process.stdin.isTTY) throw new Error("No value: give it after the key, or through standard input");
  return (await readAll(process.stdin)).replace(/\r?\n$/, "");
}

function toPath(key = "", isPath = false): ConfigPath {
  const [first = "", ...rest] = isPath ? parsePath(key) : [key];
  if (!/^[^:]+(:[^:]+)?$/.test(first)) {
    throw new Error(`'${key}' is not a configuration key: write KEY, or NAMESPACE:KEY`);
  }
  return [first, ...rest];
}

/** Inside a list or map, what reads as a truth value or an integer is one. */
function typed(text: string): unknown {
  const isTyped = text === "true" || text === "false" || String(Number.parseInt(text, 10)) === text;
  return isTyped ? JSON.parse(text) : text;
}

function asJson(value: unknown, secret: boolean): object {
  return { value: asText(value), ...(typeof value === "object" && { objectValue: value }), secret };
}

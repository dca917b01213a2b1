/** What a bundle leaves out besides the stack's known secrets. Pure. */
import { secretKeys } from "../services.ts";

const MASK = "[masked]";

/** `docker inspect` without the values of environment variables. */
export function maskEnvironment(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskEnvironment);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === "Env" ? names(item) : maskEnvironment(item)]),
  );
}

function names(env: unknown): unknown {
  if (!Array.isArray(env)) return MASK;
  return env.map((entry) => `${String(entry).replace(/=.*/s, "")}=${MASK}`);
}

/** The stack's values without those that must be secret. */
export function maskKeys(config: Readonly<Record<string, string>>): Record<string, string> {
  const isSecret = (key: string) => secretKeys.includes(key.replace(/^.*:/, ""));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, isSecret(key) ? MASK : value]),
  );
}

/** A stack's file without encrypted values, their salt, and keys that must be secret but were written in clear text. */
export function maskConfig(text: string): string {
  const keys = secretKeys.map((key) => `(?:[\\w-]+:)?${key}`).join("|");
  return text
    .replace(/^(encryptionsalt:).*$/gm, `$1 ${MASK}`)
    .replace(/((?:^|[\s{])"?secure"?:).*$/gm, `$1 ${MASK}`)
    .replace(new RegExp(`^(\\s*["']?(?:${keys})["']?:[ \\t]*)(?!\\s*$).+$`, "gm"), `$1${MASK}`);
}

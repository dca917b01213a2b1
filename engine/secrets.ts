/**
 * Pulumi's passphrase secrets: the key is derived from passphrase and salt, values are sealed with AES-256-GCM
 * as `v1:NONCE:DATA`, and the salt's text carries the sealed word `pulumi`, by which a wrong passphrase is told.
 */
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const ROUNDS = 1_000_000;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const PROOF = "pulumi";

export class Secrets {
  readonly #key: Buffer;
  /** As it stands in the state and in Pulumi.STACK.yaml (`encryptionsalt`). */
  readonly salt: string;

  private constructor(key: Buffer, salt: string) {
    this.#key = key;
    this.salt = salt;
  }

  /** Makes a new salt. Takes about half a second of a core, as does `open`. */
  static async create(passphrase: string): Promise<Secrets> {
    const salt = randomBytes(8);
    const key = await derive(passphrase, salt);
    return new Secrets(key, `v1:${salt.toString("base64")}:${seal(key, PROOF)}`);
  }

  /** @throws if the salt is malformed or the passphrase is not the one that it was made with. */
  static async open(passphrase: string, salt: string): Promise<Secrets> {
    const parts = salt.split(":");
    if (parts.length !== 5 || parts[0] !== "v1") throw new Error(`'${salt}' is not an encryption salt`);
    const key = await derive(passphrase, Buffer.from(parts[1] ?? "", "base64"));
    if (unseal(key, parts.slice(2).join(":")) !== PROOF) {
      throw new Error(
        "The passphrase is not the one that the stack's secrets are sealed with. Set PULUMI_CONFIG_PASSPHRASE " +
          "(or PULUMI_CONFIG_PASSPHRASE_FILE) to the one that was used when the stack was made",
      );
    }
    return new Secrets(key, salt);
  }

  encrypt(text: string): string {
    return seal(this.#key, text);
  }

  /** @throws if the text was not sealed with this key. */
  decrypt(sealed: string): string {
    const text = unseal(this.#key, sealed);
    if (text === undefined) throw new Error("A secret cannot be decrypted: it was sealed with another salt");
    return text;
  }
}

/** Kept for the process: whoever runs a stack reads its outputs next. */
const derived = new Map<string, Promise<Buffer>>();

function derive(passphrase: string, salt: Buffer): Promise<Buffer> {
  const name = `${salt.toString("hex")} ${passphrase}`;
  const key = derived.get(name) ?? promisify(pbkdf2)(passphrase, salt, ROUNDS, KEY_BYTES, "sha256");
  derived.set(name, key);
  return key;
}

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${data.toString("base64")}`;
}

function unseal(key: Buffer, sealed: string): string | undefined {
  const [version, nonce = "", payload = ""] = sealed.split(":");
  const data = Buffer.from(payload, "base64");
  if (version !== "v1" || data.length < TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    return decipher.update(data.subarray(0, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return undefined;
  }
}

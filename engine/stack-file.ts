/** Changes to the text of Pulumi.STACK.yaml, which leave comments, order and all other values as they are. */
import { type Document, isCollection, isMap, isSeq, parseDocument } from "yaml";
import { fullKey } from "./config.ts";

/** The first part is the key; the others lead into its value. */
export type ConfigPath = [string, ...string[]];

export class StackFileText {
  readonly #document: Document;
  readonly #project: string;

  /** @throws if the text is not YAML. */
  constructor(text: string, project: string) {
    this.#document = parseDocument(text);
    this.#project = project;
    const [problem] = this.#document.errors;
    if (problem) throw new Error(problem.message);
  }

  /** @throws if the path leads through something that has no parts. */
  set(path: ConfigPath, value: unknown): void {
    const document = this.#document;
    if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
    // A text that takes another's place leaves the comment beside it.
    document.setIn(this.#resolve(path), typeof value === "object" ? document.createNode(value) : value);
  }

  remove(path: ConfigPath): void {
    const place = this.#resolve(path);
    if (this.#document.hasIn(place)) this.#document.deleteIn(place);
  }

  setSalt(salt: string): void {
    this.#document.set("encryptionsalt", salt);
  }

  toString(): string {
    return this.#document.toString({ lineWidth: 0 });
  }

  /** Where it stands, or is to stand: numbers lead into lists, old or new ones. */
  #resolve([key, ...parts]: ConfigPath): (string | number)[] {
    const config = this.#document.get("config");
    const keys = isMap(config) ? config.items.map((item) => String(item.key)) : [];
    const full = fullKey(this.#project, key);
    const place: (string | number)[] = [
      "config",
      keys.find((known) => fullKey(this.#project, known) === full) ?? full,
    ];
    for (const part of parts) {
      const node = this.#document.getIn(place);
      const isSealed = isMap(node) && node.has("secure");
      if (isSealed || (node !== undefined && !isCollection(node))) {
        throw new Error(
          `${place.slice(1).join(".")} holds ${isSealed ? "a secret" : "a value"}, which has no parts: remove it first`,
        );
      }
      const isIndex = isSeq(node) || (node === undefined && /^\d+$/.test(part));
      if (isIndex && !(Number(part) <= (isSeq(node) ? node.items.length : 0))) {
        throw new Error(`${place.slice(1).join(".")} has no place [${part}]: lists grow by one at their end`);
      }
      place.push(isIndex ? Number(part) : part);
    }
    return place;
  }
}

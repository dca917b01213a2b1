/** A terminal's screen: what stands on it after all that was written to it. */
import { Writable } from "node:stream";
import { columns } from "../../../engine/display/width.ts";

const ESC = "\x1b";
const PART = new RegExp(`${ESC}\\[[?\\d;]*[A-Za-z]|[\\r\\n]|[^${ESC}\\r\\n]+`, "g");
const SEQUENCE = new RegExp(`^${ESC}\\[([?\\d;]*)([A-Za-z])$`);

export class Screen extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  isCursorShown = true;
  writes = 0;
  readonly #cells: string[][] = [[]];
  #row = 0;
  #column = 0;
  #wraps = true;

  constructor(width: number, height: number) {
    super({ decodeStrings: false });
    [this.columns, this.rows] = [width, height];
  }

  get lines(): string[] {
    return this.#cells.map((cells) => cells.join("").trimEnd());
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.writes++;
    for (const [part] of String(chunk).matchAll(PART)) this.#take(part);
    done();
  }

  #take(part: string): void {
    const [, argument = "", command] = SEQUENCE.exec(part) ?? [];
    if (part === "\r") this.#column = 0;
    else if (part === "\n") this.#move(this.#row + 1, 0);
    else if (command === "A") this.#move(Math.max(0, this.#row - Number(argument || 1)), this.#column);
    else if (command === "K") this.#line.length = Math.min(this.#line.length, this.#column);
    else if (command === "J") {
      this.#line.length = Math.min(this.#line.length, this.#column);
      this.#cells.length = this.#row + 1;
    } else if (argument === "?25") this.isCursorShown = command === "h";
    else if (argument === "?7") this.#wraps = command === "h";
    else if (command === undefined) this.#print(part);
    else if (command !== "m") throw new Error(`The screen does not know ${JSON.stringify(part)}`);
  }

  #print(text: string): void {
    for (const { segment } of new Intl.Segmenter("en").segment(text)) {
      const width = columns(segment);
      if (this.#column + width > this.columns) {
        if (!this.#wraps) throw new Error(`'${text}' does not fit into ${this.columns} columns`);
        this.#move(this.#row + 1, 0);
      }
      while (this.#line.length < this.#column) this.#line.push(" ");
      this.#line.splice(this.#column, width, segment, ...Array.from({ length: width - 1 }, () => ""));
      this.#column += width;
    }
  }

  #move(row: number, column: number): void {
    [this.#row, this.#column] = [row, column];
    while (this.#cells.length <= row) this.#cells.push([]);
  }

  get #line(): string[] {
    return this.#cells[this.#row] ?? [];
  }
}

/** The project's documents. */
import * as fs from "node:fs";
import * as path from "node:path";

export const root = path.resolve(import.meta.dirname, "../../../..");

export interface Document {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

const patterns = [
  "*.md",
  ".github/**/*.md",
  "{bench,flink-jars,producer}/*.md",
  "docs/**/*.md",
  "images/**/*.md",
];

export const documents: Document[] = fs
  .globSync(patterns, { cwd: root })
  .sort()
  .map((file) => ({
    path: file.replaceAll(path.sep, "/"),
    text: fs.readFileSync(path.join(root, file), "utf8"),
  }));

/** The anchors that GitHub gives a document's headings. */
export function anchorsOf(markdown: string): string[] {
  const headings = [...withoutCode(markdown).matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Without fenced code blocks. */
export const withoutCode = (markdown: string) => markdown.replace(/^```.*?^```$/gms, "");

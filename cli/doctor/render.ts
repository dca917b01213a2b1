import { columns, wrap } from "../format.ts";
import type { Look } from "../report/look.ts";
import type { Finding } from "./facts.ts";

/** The causes, the most fundamental first, each with its command. */
export function findingLines(findings: readonly Finding[], name: string, { style, width }: Look): string[] {
  if (findings.length === 0) return [`${style.green(style.marks.ok)} ${style.bold(name)}: nothing is wrong`];
  const many = findings.length === 1 ? "1 cause" : `${findings.length} causes, the most fundamental first`;
  return [
    `${style.red(style.marks.fail)} ${style.bold(name)}: ${many}`,
    ...findings.flatMap(({ what, fix }) => [
      ...wrap(what, width - 4).map((line, at) => `  ${at === 0 ? style.red(style.marks.warn) : " "} ${line}`),
      ...columns([["   ", style.dim("fix"), fix]], {}),
    ]),
  ];
}

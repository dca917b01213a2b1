import { wrap } from "../format.ts";
import type { Look } from "../report/look.ts";
import { moreAboutCause } from "../troubleshooting.ts";
import type { Cause } from "./facts.ts";

/** The causes, the most fundamental first, each with its command. */
export function causeLines(causes: readonly Cause[], name: string, { style, width }: Look): string[] {
  if (causes.length === 0) return [`${style.green(style.marks.ok)} ${style.bold(name)}: nothing is wrong`];
  const many = causes.length === 1 ? "1 cause" : `${causes.length} causes, the most fundamental first`;
  return [
    `${style.red(style.marks.fail)} ${style.bold(name)}: ${many}`,
    ...causes.flatMap(({ code, what, fix }) => {
      const more = moreAboutCause(code);
      return [
        ...wrap(what, width - 4).map(
          (line, at) => `  ${at === 0 ? style.red(style.marks.warn) : " "} ${line}`,
        ),
        `    ${style.dim("fix:")} ${fix}`,
        ...(more === undefined ? [] : [`    ${style.dim(`more: ${more}`)}`]),
      ];
    }),
  ];
}

/** Why a statement failed, as psql says it. Pure. */
import { UserError } from "../errors.ts";

/** The fields of an error of Postgres that are read here. */
interface SqlError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** Of the character where it begins, from 1. */
  readonly position?: string | undefined;
}

const notes: Readonly<Record<string, string>> = {
  "42501": "`commerce sql` is the reader commerce_reader, who may read every table and change none.",
  "42601": "`commerce sql` runs one statement at a time.",
  "57014": "It ran into a time limit.",
};

export function failedStatement(statement: string, error: SqlError): UserError {
  const { message, code = "", detail, hint, position } = error;
  const isSeveral = code === "42601" && message.includes("multiple commands");
  const note = code === "42601" && !isSeveral ? undefined : notes[code];
  const lines = [
    ...(position === undefined ? [] : markedLine(statement, Number(position))),
    ...(detail === undefined ? [] : [`Detail: ${detail}`]),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...(note === undefined ? [] : [note]),
  ];
  return new UserError(message, lines.join("\n") || undefined);
}

function markedLine(statement: string, position: number): string[] {
  const characters = [...statement];
  const before = characters.slice(0, position - 1).join("");
  const line = before.split("\n").length;
  const text = statement.split("\n")[line - 1] ?? "";
  const label = `LINE ${line}: `;
  const column = [...(before.split("\n").at(-1) ?? "")].length;
  return [`${label}${text}`, `${" ".repeat(label.length + column)}^`];
}

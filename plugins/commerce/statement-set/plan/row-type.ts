/** Reads the fields of a row type, which Flink writes as text, or as an object where SQL has no name for a type. */

interface Field {
  name: string;
  /** Text or an object; equal types are written the same. */
  type: unknown;
}

export function rowFields(rowType: unknown): Field[] {
  if (typeof rowType === "string") return fromText(rowType);
  const fields = (rowType as { fields?: { name: string; fieldType: unknown }[] } | undefined)?.fields ?? [];
  return fields.map(({ name, fieldType }) => ({ name, type: fieldType }));
}

/** ``ROW<`id` BIGINT NOT NULL, `price` DECIMAL(18, 2)>``: split at the commas outside of brackets and quotes. */
function fromText(text: string): Field[] {
  const body = /^ROW<(.*)>(?: NOT NULL)?$/s.exec(text)?.[1] ?? "";
  const fields: Field[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of [
    ...body.matchAll(/`(?:[^`]|``)*`|'(?:[^']|'')*'|[(<>),]/g),
    { 0: ",", index: body.length },
  ]) {
    if (token === "(" || token === "<") depth += 1;
    else if (token === ")" || token === ">") depth -= 1;
    else if (token === "," && depth === 0) {
      const field = /^\s*`((?:[^`]|``)*)` (.*)$/s.exec(body.slice(start, index));
      if (field) fields.push({ name: (field[1] ?? "").replaceAll("``", "`"), type: field[2] });
      start = index + 1;
    }
  }
  return fields;
}

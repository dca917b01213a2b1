import { type Row, TABLES, type Tables } from "./tables.ts";

/** Lists missing and unexpected rows by table, the first few of each in full. Empty if the tables are equal. */
export function differences(expected: Tables, actual: Tables): string[] {
  return TABLES.flatMap((table) => {
    const { missing, extra } = compare(expected[table], actual[table]);
    return [...some(`${table} lacks`, missing), ...some(`${table} has, and should not:`, extra)];
  });
}

/** A row may be there several times. There can be a million. */
function compare(expected: readonly Row[], actual: readonly Row[]): { missing: Row[]; extra: Row[] } {
  const text = textOf([...columnsOf([expected, actual])].sort());
  const [expectedTexts, actualTexts] = [expected.map(text), actual.map(text)];
  const balance = new Map<string, number>();
  const add = (key: string, number: number) => balance.set(key, (balance.get(key) ?? 0) + number);
  for (const key of expectedTexts) add(key, 1);
  for (const key of actualTexts) add(key, -1);
  const take = (rows: readonly Row[], texts: readonly string[], sign: 1 | -1) =>
    rows.filter((_, at) => {
      const key = texts[at] as string;
      if ((balance.get(key) ?? 0) * sign <= 0) return false;
      add(key, -sign);
      return true;
    });
  return { missing: take(expected, expectedTexts, 1), extra: take(actual, actualTexts, -1) };
}

function columnsOf(tables: readonly (readonly Row[])[]): Set<string> {
  const columns = new Set<string>();
  for (const rows of tables) for (const row of rows) for (const column in row) columns.add(column);
  return columns;
}

/** The same text for equal rows. A column that a row does not have is not NULL. */
const textOf = (columns: readonly string[]) => (row: Row) =>
  JSON.stringify(columns.map((column) => (row[column] === undefined ? 0 : row[column])));

function some(what: string, rows: Row[]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, 5).map((row) => `${what} ${readable(row)}`);
  return rows.length > 5 ? [...shown, `${what} ${rows.length - 5} more`] : shown;
}

/** A payload is easier to read as text than in hex. */
function readable({ payload, ...row }: Row): string {
  const bytes = payload?.startsWith("\\x")
    ? Buffer.from(payload.slice(2), "hex").toString("latin1").slice(0, 300)
    : payload;
  return JSON.stringify(payload === undefined ? row : { ...row, payload: bytes });
}

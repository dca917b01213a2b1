import { type Row, TABLES, type Tables } from "./tables.ts";

/** Lists missing and unexpected rows by table, the first few of each in full. Empty if the tables are equal. */
export function differences(expected: Tables, actual: Tables): string[] {
  return TABLES.flatMap((table) => {
    const [missing, extra] = [
      without(expected[table], actual[table]),
      without(actual[table], expected[table]),
    ];
    return [...some(`${table} lacks`, missing), ...some(`${table} has, and should not:`, extra)];
  });
}

/** The same text for equal rows, regardless of the order of their columns. */
const text = (row: Row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));

function without(rows: readonly Row[], others: readonly Row[]): Row[] {
  const left = new Map<string, number>();
  for (const key of others.map(text)) left.set(key, (left.get(key) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(text(row)) ?? 0;
    left.set(text(row), count - 1);
    return count <= 0;
  });
}

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

export function printJson(value: unknown): number {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  return 0;
}

/** Rows with their columns in line. */
export function printTable(rows: string[][]): number {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const line = row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join("  ");
    process.stdout.write(`${line.trimEnd()}\n`);
  }
  return 0;
}

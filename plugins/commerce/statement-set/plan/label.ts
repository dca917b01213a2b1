/** Names operators in messages. */
import type { AnalyzedNode } from "./analyze.ts";
import { optionsOf, SOURCE, tableOf } from "./tables.ts";

/** `GroupAggregate(groupBy=[category, currency])`: Flink's description up to the first property. */
export function labelOf({ node }: AnalyzedNode): string {
  const table = tableOf(node, SOURCE);
  if (table) {
    const { topic, connector } = optionsOf(table);
    return `Source(${topic ?? connector ?? table.identifier})`;
  }
  const description = String(node.description ?? node.type);
  const first = /^\w+\(\w+=\[(?:[^[\]]|\[[^\]]*\])*\]/.exec(description)?.[0];
  return first ? `${first})` : description;
}

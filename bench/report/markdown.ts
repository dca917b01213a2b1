/** The results as a page. Pure. */
import type { Results } from "../measure.ts";
import { MEASURED } from "../usage.ts";
import { VARIANTS } from "../variants.ts";
import { compare, type Line } from "./compare.ts";

export function markdown(results: Results): string {
  const { machine, messages, duplicates, deadLetters, copy, producer } = results;
  const lines = compare(
    results.drains,
    VARIANTS.map(({ name }) => name),
  );
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const floor = lines.find(({ variant }) => variant === "blackhole");
  const loads = results.drains.map(({ load }) => load);
  return `# Results

Written by \`npm run bench\`; [README.md](README.md) describes what is measured and how.

${results.date.slice(0, 16).replace("T", " ")} UTC · ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system} ·
${versions.join(", ")} · load before the runs ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}

![Events per second](results.svg)

## Draining ${whole(messages)} messages

${whole(duplicates)} of them duplicates, ${whole(deadLetters)} invalid. Medians; the ratio is to the original in the same run.

${table(
  ["", "runs", "s", "events/s", "ratio", "CPU s", "TaskManager / all MiB", "result"],
  lines.map(drainRow),
)}

Floors: \`COPY\` of the raw table takes ${whole(copy)} rows/s${
    floor ? `, Flink's source and parse into a blackhole ${whole(floor.eventsPerSecond)} events/s` : ""
  }.
${floor ? `\n${floorLine(lines, copy, floor)}\n` : ""}
${faults(lines)}
## Latency from event to row in Postgres, everything on

${table(
  ["events/s", "reached", "p50 ms", "p99 ms", "max ms", "samples", "resolution p50 / p99 ms"],
  results.latencies.map((latency) => [
    whole(latency.rate),
    whole(latency.eventsPerSecond),
    whole(latency.p50),
    whole(latency.p99),
    whole(latency.max),
    whole(latency.samples),
    `${whole(latency.resolution.p50)} / ${whole(latency.resolution.p99)}`,
  ]),
)}

## Producer

${whole(producer.container)} events/s from its container (configured for 50,000), ${whole(producer.process)} events/s from its code in a process without a limit.
`;
}

function drainRow(line: Line): string[] {
  const title = VARIANTS.find(({ name }) => name === line.variant)?.title ?? line.variant;
  const sum = (values: Record<string, number>) =>
    MEASURED.reduce((total, service) => total + (values[service] ?? 0), 0);
  return [
    title,
    String(line.runs),
    line.seconds.toFixed(1),
    whole(line.eventsPerSecond),
    line.ratio.toFixed(2),
    sum(line.cpu).toFixed(0),
    `${whole(line.memory.taskmanager)} / ${whole(sum(line.memory))}`,
    verdict(line),
  ];
}

function verdict({ differences, faults, variant }: Line): string {
  if (differences.length > 0) return `**wrong**: ${differences.join("; ")}`;
  if (variant === "blackhole") return "–";
  return faults.length > 0 ? "wrong, see below" : "exact";
}

function floorLine(lines: Line[], copy: number, floor: Line): string {
  const ours = lines.find(({ variant }) => variant === "everything");
  if (ours === undefined) return "";
  const times = (value: number) => (value / ours.eventsPerSecond).toFixed(1);
  return `Everything on is ${times(copy)} times as slow as the \`COPY\` and ${times(floor.eventsPerSecond)} times as slow as the blackhole.`;
}

function faults(lines: Line[]): string {
  const wrong = lines.find(({ variant }) => variant === "original")?.faults ?? [];
  if (wrong.length === 0) return "";
  return `What is wrong in the original's tables:\n\n${wrong.map((fault) => `- ${fault}`).join("\n")}\n`;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, column) => (column === 0 ? "---" : "---:")));
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

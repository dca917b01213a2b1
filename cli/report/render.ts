import type { ContainerFacts } from "../containers.ts";
import { bytes, columns, count, duration, percent, wrap } from "../format.ts";
import { isOfService, services, titleOf } from "../services.ts";
import type { Style } from "../style.ts";
import { accountLines } from "./account-text.ts";
import { asRecordedFindings, healthOf, troubles } from "./conditions.ts";
import type { StackReport } from "./facts.ts";
import { howToLines } from "./how-to.ts";
import type { Look } from "./look.ts";
import { sum } from "./positions.ts";
import { retentionLines } from "./retention.ts";

/**
 * The report as a person reads it, in lines that fit the terminal.
 *
 * @param trend how the numbers have changed, where the report is watched
 */
export function renderReport(report: StackReport, look: Look, trend: readonly string[] = []): string[] {
  const head = headline(report, look);
  if (report.containers.length === 0) return head;
  return [
    ...head,
    "",
    ...containerTable(report, look),
    "",
    ...eventLines(report, look, trend),
    "",
    ...howToLines(report, look),
  ];
}

/** Of the dead letters, the most frequent ones. */
const MOST_REASONS = 5;

function headline(report: StackReport, { style, width, hint }: Look): string[] {
  const { name, stack } = report.project;
  const size = [`${report.containers.length} containers`, ...usageOf(report)].join(", ");
  const isHealthy = healthOf(report, hint) === "healthy";
  const mark = isHealthy ? style.green(style.marks.ok) : style.red(style.marks.fail);
  const marked = (text: string, mark: string) =>
    wrap(text, width - 4).map((part, at) => `  ${at === 0 ? mark : " "} ${part}`);
  const lines = troubles(report, hint).flatMap((trouble) => marked(trouble, style.red(style.marks.warn)));
  if (report.datadogProblem !== undefined)
    lines.push(...marked(report.datadogProblem, style.yellow(style.marks.warn)));
  const head = `${mark} ${style.bold(`${name} ${stack}`)} is ${isHealthy ? "" : "not "}healthy: ${size}`;
  return [...wrap(head, width), ...lines];
}

/** Of all containers, as far as it was measured. */
function usageOf({ containers }: StackReport): string[] {
  const memory = containers.flatMap((container) => container.memory ?? []);
  const cpu = containers.flatMap((container) => container.cpu ?? []);
  return [
    ...(memory.length === 0 ? [] : [`${bytes(sum(memory))} memory`]),
    ...(cpu.length === 0 ? [] : [`${percent(sum(cpu))} CPU`]),
  ];
}

/** In the order of the pipeline, then all others. */
function inOrder(containers: readonly ContainerFacts[]): ContainerFacts[] {
  const rank = ({ service }: ContainerFacts) => {
    const at = services.findIndex(({ name }) => isOfService(service, name));
    return at < 0 ? services.length : at;
  };
  return [...containers].sort(
    (a, b) => rank(a) - rank(b) || a.service.localeCompare(b.service, "en", { numeric: true }),
  );
}

function containerTable(report: StackReport, { style, width }: Look): string[] {
  const header = ["  Service", "State", "Memory", "CPU", "On this machine"].map(style.dim);
  const rows = inOrder(report.containers).map((container) => [
    `  ${titleOf(container.service)}`,
    stateOf(container, style),
    container.memory === undefined ? "" : bytes(container.memory),
    container.cpu === undefined ? "" : percent(container.cpu),
    address(container, report.outputs),
  ]);
  return columns([header, ...rows], { right: [2, 3], width });
}

function stateOf({ state, health }: ContainerFacts, style: Style): string {
  if (state !== "running") return style.red(state);
  if (health === "healthy") return style.green(health);
  return health === "none" ? state : style.yellow(health);
}

/** The address as a client takes it: a URL where it is one, else host and port. */
function address({ ports }: ContainerFacts, outputs: StackReport["outputs"]): string {
  const urls = Object.values(outputs).filter((value) => typeof value === "string");
  return ports
    .map(
      (port) => urls.find((url) => /^https?:/.test(url) && url.endsWith(`:${port}`)) ?? `127.0.0.1:${port}`,
    )
    .join(", ");
}

function eventLines(report: StackReport, { style, width, hint }: Look, trend: readonly string[]): string[] {
  const sections: [title: string, lines: readonly string[]][] = [
    ["Producer", producerLines(report)],
    ["Trend", trend],
    ["Flink job", jobLines(report)],
    ["Rows", rowLines(report)],
    ["Dead letters", deadLetterLines(report)],
    ["Topic", topicLines(report)],
    ["Account", report.account === undefined ? [] : accountLines(report.account, report.paused, Date.now())],
    ["Drift", asRecordedFindings(report, hint).map(({ message }) => message)],
  ];
  const rows = sections.flatMap(([title, lines]) =>
    lines.map((line, at) => [at === 0 ? style.dim(`  ${title}`) : "", line]),
  );
  return columns(rows, { width });
}

function producerLines({ producer }: StackReport): string[] {
  if (producer === undefined) return [];
  const { acknowledged, sent, eventsPerSecond } = producer;
  const rate = eventsPerSecond === undefined ? "" : `, ${count(eventsPerSecond)} a second`;
  return [`${count(acknowledged)} of ${count(sent)} events acknowledged${rate}`];
}

function jobLines(report: StackReport): string[] {
  const { job, paused, savepoint, outputs, uncommitted } = report;
  const version = outputs.version === undefined ? "" : `, version ${outputs.version}`;
  const saved = savepoint === undefined ? [] : [`last savepoint ${savepoint.split("/").at(-1)}`];
  if (paused) return [`paused${version}; ${waiting(report)}`, ...saved];
  if (!job?.ok) return saved;
  const { name, state, age, restarts, checkpoints, checkpointAge, checkpointBytes } = job.value;
  const size = checkpointBytes === undefined ? "" : `, ${bytes(checkpointBytes)}`;
  const last = checkpointAge === undefined ? "" : `, the last ${duration(checkpointAge)} ago${size}`;
  const again = restarts ? `, ${count(restarts)} ${restarts === 1 ? "restart" : "restarts"}` : "";
  const past = uncommitted === undefined ? [] : [`${count(uncommitted)} events past the committed offset`];
  return [
    `${name} ${state} for ${duration(age)}${version}${again}`,
    `${count(checkpoints)} ${checkpoints === 1 ? "checkpoint" : "checkpoints"}${last}`,
    ...past,
    ...saved,
  ];
}

/** The account knows it exactly: the final savepoint's offsets are not committed to Kafka. */
function waiting({ account, uncommitted, kafkaError }: StackReport): string {
  const events = account === undefined ? uncommitted : account.unread;
  if (events !== undefined)
    return `${count(events)} ${events === 1 ? "event waits" : "events wait"} in Kafka`;
  return `events waiting: unknown${kafkaError === undefined ? "" : ", as Kafka did not answer"}`;
}

function topicLines({ storage, reads }: StackReport): string[] {
  const lines = storage === undefined ? [] : retentionLines(storage, Date.now());
  if (reads?.skippedEvents) lines.push(`${count(reads.skippedEvents)} events expired before they were read`);
  if (reads?.carriedEvents)
    lines.push(`the tables also have ${count(reads.carriedEvents)} events of an earlier topic`);
  return lines;
}

function rowLines({ rows }: StackReport): string[] {
  if (!rows?.ok) return [];
  const counted = Object.entries(rows.value).map(([table, number]) => `${table} ${count(number)}`);
  const lines: string[] = [];
  for (let at = 0; at < counted.length; at += 3) lines.push(counted.slice(at, at + 3).join(", "));
  return lines;
}

function deadLetterLines({ deadLetters }: StackReport): string[] {
  if (deadLetters === undefined || deadLetters.length === 0) return [];
  const total = deadLetters.reduce((sum, { events }) => sum + events, 0);
  const shown = deadLetters.slice(0, MOST_REASONS).map(({ reason, events }) => `${count(events)} ${reason}`);
  return [`${count(total)} in the last hour`, ...shown];
}

import type { ContainerFacts } from "../containers.ts";
import { bytes, columns, count, duration } from "../format.ts";
import { services, titleOf } from "../services.ts";
import type { Style } from "../style.ts";
import { accountLines } from "./account.ts";
import { healthOf, type StackReport, troubles } from "./facts.ts";

/** The report as a person reads it, in lines of at most about 90 columns. */
export function renderReport(report: StackReport, style: Style): string[] {
  return [
    ...headline(report, style),
    "",
    ...containerTable(report, style),
    "",
    ...eventLines(report, style),
    "",
    ...howTo(report, style),
  ];
}

function headline(report: StackReport, style: Style): string[] {
  const { name, stack } = report.project;
  const total = report.containers.reduce((sum, { memory }) => sum + (memory ?? 0), 0);
  const size = `${report.containers.length} containers, ${bytes(total)} of memory`;
  const found = troubles(report);
  if (healthOf(report) === "healthy") {
    return [`${style.green(style.marks.ok)} ${style.bold(`${name} ${stack}`)} is healthy: ${size}`];
  }
  return [
    `${style.red(style.marks.fail)} ${style.bold(`${name} ${stack}`)} is not healthy: ${size}`,
    ...found.map((trouble) => `  ${style.red(style.marks.warn)} ${trouble}`),
  ];
}

/** In the order of the pipeline, then whatever else there is. */
export function inOrder(containers: readonly ContainerFacts[]): ContainerFacts[] {
  const rank = ({ service }: ContainerFacts) => {
    const at = services.findIndex(({ name }) => service === name || service.startsWith(`${name}-`));
    return at < 0 ? services.length : at;
  };
  return [...containers].sort(
    (a, b) => rank(a) - rank(b) || a.service.localeCompare(b.service, "en", { numeric: true }),
  );
}

function containerTable(report: StackReport, style: Style): string[] {
  const header = ["  Service", "State", "Memory", "On this machine"].map(style.dim);
  const rows = inOrder(report.containers).map((container) => [
    `  ${titleOf(container.service)}`,
    stateOf(container, style),
    container.memory === undefined ? "" : bytes(container.memory),
    address(container, report.outputs),
  ]);
  return columns([header, ...rows], [2]);
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

function eventLines(report: StackReport, style: Style): string[] {
  const { job, paused, savepoint, outputs, rows, account, producer, uncommitted } = report;
  const version = outputs.version === undefined ? "" : `, version ${outputs.version}`;
  const lines: string[][] = [];
  if (producer !== undefined) {
    const rate =
      producer.eventsPerSecond === undefined ? "" : `, ${count(producer.eventsPerSecond)} a second`;
    const counts = `${count(producer.acknowledged)} of ${count(producer.sent)} events acknowledged${rate}`;
    lines.push([style.dim("  Producer"), counts]);
  }
  if (paused) {
    const waiting = uncommitted === undefined ? "" : `; ${count(uncommitted)} events wait in Kafka`;
    lines.push([style.dim("  Flink job"), `paused${version}${waiting}`]);
  } else if (job?.ok) {
    const { name, state, age, checkpoints, checkpointAge } = job.value;
    const last = checkpointAge === undefined ? "" : `, the last ${duration(checkpointAge)} ago`;
    const since = uncommitted === undefined ? "" : `; ${count(uncommitted)} events past the committed offset`;
    lines.push([style.dim("  Flink job"), `${name} ${state} for ${duration(age)}${version}`]);
    lines.push([
      "",
      `${count(checkpoints)} ${checkpoints === 1 ? "checkpoint" : "checkpoints"}${last}${since}`,
    ]);
  }
  if (savepoint !== undefined) lines.push(["", `last saved in ${savepoint.split("/").at(-1)}`]);
  if (rows?.ok) {
    const counted = Object.entries(rows.value).map(([table, number]) => `${table} ${count(number)}`);
    for (let at = 0; at < counted.length; at += 3)
      lines.push([at === 0 ? style.dim("  Rows") : "", counted.slice(at, at + 3).join(", ")]);
  }
  for (const [at, line] of (account ? accountLines(account, uncommitted === 0) : []).entries())
    lines.push([at === 0 ? style.dim("  Account") : "", line]);
  return columns(lines);
}

function howTo(report: StackReport, style: Style): string[] {
  const { project, outputs } = report;
  const { name, stack } = project;
  const other = stack === "dev" ? "" : ` --stack ${stack}`;
  const npm = (script: string, flags = "") => {
    const rest = `${flags}${other}`;
    return `npm run ${script}${rest === "" ? "" : ` --${rest}`}`;
  };
  const lines: string[][] = [];
  if (typeof outputs.pgadminUrl === "string") {
    lines.push([
      style.dim("  Tables"),
      `${outputs.pgadminUrl}, as ${outputs.pgadminEmail ?? "the configured user"}`,
    ]);
    lines.push(["", `(its password: ${npm("outputs", " --show-secrets")})`]);
  }
  lines.push([
    style.dim("  SQL"),
    `docker exec -it ${name}-${stack}-postgres psql -U postgres kafka_commerce`,
  ]);
  if (typeof outputs.flinkUrl === "string")
    lines.push([style.dim("  Job"), `${outputs.flinkUrl}/#/overview`]);
  lines.push([style.dim("  State"), npm("status")]);
  const data = outputs.onDestroy === "retain" ? "its data is kept" : "its data goes too";
  if (report.paused) lines.push([style.dim("  Go on"), npm("resume")]);
  lines.push([style.dim("  Stop"), `${npm("destroy")}   (${data})`]);
  return columns(lines);
}

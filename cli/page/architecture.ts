/** The pipeline as it runs: what each part does at the moment. Pure. */
import { SERVICES } from "../../facts/pipeline.ts";
import { type ContainerFacts, isServing } from "../containers.ts";
import { bytes, count, duration, percent } from "../format.ts";
import type { StackReport } from "../report/facts.ts";
import { isOfService, titleOf } from "../services.ts";
import { type Html, html } from "./html.ts";

interface Part {
  readonly title: string;
  /** By name. There may be several TaskManagers. */
  readonly services: readonly string[];
  readonly lines: (report: StackReport) => readonly string[];
}

const PARTS: readonly Part[] = [
  { title: "Producer", services: [SERVICES.producer.name], lines: producerLines },
  { title: "Kafka", services: [SERVICES.kafka.name], lines: kafkaLines },
  {
    title: "Flink SQL",
    services: [
      SERVICES.jobManager.name,
      SERVICES.taskManager.name,
      SERVICES.sqlGateway.name,
      SERVICES.zooKeeper.name,
    ],
    lines: flinkLines,
  },
  {
    title: "Postgres",
    services: [SERVICES.postgres.name, SERVICES.postgresExporter.name],
    lines: postgresLines,
  },
  { title: "pgAdmin", services: [SERVICES.pgAdmin.name], lines: ({ outputs }) => urls(outputs.pgadminUrl) },
];

/** In the direction in which events flow. */
export function architecture(report: StackReport): Html {
  const parts = PARTS.map(({ title, services, lines }) => {
    const containers = report.containers.filter(({ service }) =>
      services.some((name) => isOfService(service, name)),
    );
    const isWell = containers.length > 0 && containers.every(isServing);
    const states = containers.map(
      (container) =>
        html`<li class="${isServing(container) ? "well" : "ill"}">${titleOf(container.service)}: ${stateOf(container)}</li>`,
    );
    return html`<li class="part ${isWell ? "well" : "ill"}"><h3>${title}</h3>
${lines(report).map((line) => html`<p>${line}</p>`)}<ul>${states.length === 0 ? html`<li class="ill">no container</li>` : states}</ul></li>
`;
  });
  return html`<ol class="flow">
${parts}</ol>
`;
}

function stateOf({ state, health, memory, cpu }: ContainerFacts): string {
  const known = state === "running" && health !== "none" ? health : state;
  return [
    known,
    ...(memory === undefined ? [] : [bytes(memory)]),
    ...(cpu === undefined ? [] : [`${percent(cpu)} CPU`]),
  ].join(", ");
}

function producerLines({ producer }: StackReport): string[] {
  if (producer === undefined) return [];
  const { acknowledged, eventsPerSecond } = producer;
  const rate = eventsPerSecond === undefined ? [] : [`${count(eventsPerSecond)} events a second`];
  return [...rate, `${count(acknowledged)} acknowledged`];
}

function kafkaLines({ account, outputs, kafkaError }: StackReport): string[] {
  const topic = typeof outputs.topic === "string" ? [outputs.topic] : [];
  if (kafkaError !== undefined) return [...topic, kafkaError];
  if (account === undefined) return topic;
  return [...topic, `${count(account.eventsIn)} events`, `${count(account.unread)} of them wait`];
}

function flinkLines({ job, paused }: StackReport): string[] {
  if (paused) return ["paused"];
  if (job === undefined) return ["no job"];
  if (!job.ok) return [job.error];
  const { state, age, checkpoints, restarts } = job.value;
  return [
    `${state} for ${duration(age)}`,
    `${count(checkpoints)} checkpoints`,
    ...(restarts === undefined ? [] : [`${count(restarts)} restarts`]),
  ];
}

function postgresLines({ rows }: StackReport): string[] {
  if (rows === undefined) return [];
  if (!rows.ok) return [rows.error];
  return Object.entries(rows.value).map(([table, number]) => `${table} ${count(number)}`);
}

function urls(value: unknown): string[] {
  return typeof value === "string" ? [value] : [];
}

import { SERVICES, stackPrefix, USERS } from "../../facts/pipeline.ts";
import { HttpService } from "../../plugins/commerce/clients/http.ts";
import { connectKafka } from "../../plugins/commerce/clients/kafka-admin.ts";
import { openPostgres } from "../postgres.ts";
import type { Project } from "../project.ts";
import type { StackState } from "../pulumi/state.ts";
import type { Found, StackReport } from "../report/facts.ts";
import { found } from "../report/found.ts";
import type { JobFacts, LiveFacts } from "./facts.ts";
import { readDatabase } from "./read-database.ts";
import { writerPassword } from "./recorded.ts";

type ServiceFacts = Pick<
  LiveFacts,
  | "job"
  | "hasTopic"
  | "lockHolders"
  | "owner"
  | "writer"
  | "gateway"
  | "pgAdmin"
  | "alteredColumns"
  | "notWritable"
  | "deadLetters"
>;

const TIMEOUT_MS = 5_000;

/** Asks only services whose containers run. */
export async function collectServices(
  project: Project,
  outputs: Readonly<Record<string, unknown>>,
  state: StackState | undefined,
  report: StackReport,
): Promise<ServiceFacts> {
  const output = (name: string) => (typeof outputs[name] === "string" ? outputs[name] : undefined);
  const runs = ({ name }: { readonly name: string }) =>
    report.containers.some(({ service, state: one }) => service === name && one === "running");
  const ask = <T>(
    service: { readonly name: string },
    url: string | undefined,
    question: (url: string) => Promise<T>,
  ) => (url !== undefined && runs(service) ? found(question(url)) : Promise.resolve(undefined));
  const ownerUrl = output("postgresUrl");
  const [database, writer, job, topic, gateway, pgAdmin] = await Promise.all([
    ask(SERVICES.postgres, ownerUrl, (url) => readDatabase(url, project.dir)),
    ask(SERVICES.postgres, ownerUrl && state && writerUrl(ownerUrl, state), logIn),
    ask(SERVICES.jobManager, output("flinkUrl"), (url) =>
      readJobFacts(url, output("jobId"), stackPrefix(project.stack, project.name)),
    ),
    ask(SERVICES.kafka, output("kafkaBootstrapServers"), (brokers) => hasTopic(brokers, output("topic"))),
    ask(SERVICES.sqlGateway, output("sqlGatewayUrl"), (url) =>
      new HttpService("The SQL Gateway", url, TIMEOUT_MS).request("GET", "/v1/info"),
    ),
    ask(SERVICES.pgAdmin, output("pgadminUrl"), (url) =>
      new HttpService("pgAdmin", url, TIMEOUT_MS).request("GET", "/misc/ping"),
    ),
  ]);
  const known = answerOf(database);
  return {
    owner: database,
    writer,
    job: answerOf(job),
    hasTopic: answerOf(topic),
    gateway,
    pgAdmin,
    lockHolders: known?.lockHolders ?? [],
    alteredColumns: [...(report.drift?.columns ?? []), ...(known?.alteredTypes ?? [])],
    notWritable: known?.notWritable ?? [],
    deadLetters: known?.deadLetters,
  };
}

function answerOf<T>(answer: Found<T> | undefined): T | undefined {
  return answer?.ok ? answer.value : undefined;
}

function writerUrl(ownerUrl: string, state: StackState): string | undefined {
  const password = writerPassword(state);
  if (password === undefined) return undefined;
  const url = new URL(ownerUrl);
  url.username = USERS.writer;
  url.password = password;
  return url.href;
}

async function logIn(url: string): Promise<void> {
  const client = await openPostgres(url, { command: "doctor" });
  await client.end();
}

async function hasTopic(brokers: string, topic = ""): Promise<boolean> {
  const kafka = await connectKafka(brokers.split(","), 0);
  try {
    return (await kafka.topicId(topic)) !== undefined;
  } finally {
    await kafka.close();
  }
}

async function readJobFacts(
  url: string,
  jobId: string | undefined,
  name: string,
): Promise<JobFacts | undefined> {
  if (jobId === undefined || jobId === "") return undefined;
  const flink = new HttpService("Flink's JobManager", url, TIMEOUT_MS);
  const [overview, { jobs }] = await Promise.all([
    flink.request<{ "slots-total": number; taskmanagers: number }>("GET", "/overview"),
    flink.request<{ jobs: { jid: string; name: string; state: string }[] }>("GET", "/jobs/overview"),
  ]);
  return {
    slots: { total: overview["slots-total"], taskManagers: overview.taskmanagers },
    others: jobs
      .filter((other) => other.state === "RUNNING" && other.name === name && other.jid !== jobId)
      .map(({ jid }) => jid),
  };
}

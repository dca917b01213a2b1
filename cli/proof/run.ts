import type Docker from "dockerode";
import { lastLogLines } from "../containers.ts";
import { messageOf, UserError } from "../errors.ts";
import { readJob } from "../flink-rest.ts";
import { duration } from "../format.ts";
import type { Console } from "../progress.ts";
import type { Project } from "../project.ts";
import type { Style } from "../style.ts";
import { proofEvents } from "./event.ts";
import { kafkaProofClient } from "./kafka-client.ts";
import { postgresProofClient } from "./postgres-client.ts";
import { type Hop, prove, type Verdict } from "./story.ts";
import { realClock } from "./wait.ts";

/** Proves the running stack and shows each hop as it is passed. @throws UserError when the stack has no such outputs. */
export async function runProof(
  project: Project,
  docker: Docker,
  outputs: Readonly<Record<string, unknown>>,
  console: Console,
  style: Style,
): Promise<Verdict> {
  const kafka = kafkaProofClient(need(outputs, "kafkaBootstrapServers"), need(outputs, "topic"));
  const postgres = postgresProofClient(need(outputs, "postgresUrl"));
  const [flinkUrl, jobId] = [need(outputs, "flinkUrl"), need(outputs, "jobId")];
  const clients = { topic: kafka, tables: postgres, job: { facts: () => readJob(flinkUrl, jobId) } };
  const step = console.step("Proof: following an event of its own (currency XTS) through every hop");
  try {
    const verdict = await prove(clients, proofEvents(new Date()), realClock, {
      waitingFor: (hop) => step.update(hop),
      passed: (hop) => console.line(hopLine(hop, style)),
    });
    if (verdict.ok) step.done();
    else step.fail();
    if (!verdict.ok) await explain(verdict.failed, project, docker, console, style);
    return verdict;
  } catch (error) {
    step.fail();
    throw error;
  } finally {
    await Promise.allSettled([kafka.close(), postgres.close()]);
  }
}

function need(outputs: Readonly<Record<string, unknown>>, name: string): string {
  const value = outputs[name];
  if (typeof value === "string") return value;
  throw new UserError(`the stack has no output ${name}`, "`npm start` brings it up whole.");
}

export function hopLine({ name, ms, note }: Hop, style: Style): string {
  const time = duration(ms).padStart(8);
  return `  ${style.green(style.marks.ok)} ${name.padEnd(24)} ${time}${note ? `   ${style.dim(note)}` : ""}`;
}

async function explain(
  failed: { hop: string; reason: string; service: string },
  project: Project,
  docker: Docker,
  console: Console,
  style: Style,
): Promise<void> {
  console.line(`  ${style.red(style.marks.fail)} ${failed.hop}: ${failed.reason}`);
  const container = `${project.name}-${project.stack}-${failed.service}`;
  const lines = await lastLogLines(docker, project, failed.service).catch((error) => [messageOf(error)]);
  console.line(`  The last log lines of ${container}:`);
  for (const line of lines) console.line(style.dim(`    ${line}`));
}

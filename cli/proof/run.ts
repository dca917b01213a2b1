import type Docker from "dockerode";
import { containerName } from "../../facts/pipeline.ts";
import { lastLogLines } from "../containers.ts";
import type { Context } from "../context.ts";
import { messageOf, UserError } from "../errors.ts";
import { readJob } from "../flink-job.ts";
import { duration } from "../format.ts";
import type { Hint } from "../hints.ts";
import type { Style } from "../style.ts";
import { addressOfEntry, PROOF_ENTRY } from "../troubleshooting.ts";
import { proofEvents } from "./event.ts";
import { kafkaProofClient } from "./kafka-client.ts";
import { postgresProofClient } from "./postgres-client.ts";
import { followEvents, type Hop, type Verdict } from "./story.ts";
import { realClock } from "./wait.ts";

/** Verifies the running stack and shows each hop as it is passed. @throws UserError when an output is missing. */
export async function runProof(
  context: Context,
  docker: Docker,
  outputs: Readonly<Record<string, unknown>>,
): Promise<Verdict> {
  const { console, style, hint } = context;
  const output = (name: string) => required(outputs, name, hint);
  const kafka = kafkaProofClient(output("kafkaBootstrapServers"), output("topic"));
  const postgres = postgresProofClient(output("postgresUrl"));
  const flinkUrl = output("flinkUrl");
  const jobId = output("jobId");
  const clients = { topic: kafka, tables: postgres, job: { facts: () => readJob(flinkUrl, jobId) } };
  const step = console.step("Proof: following a test event (currency XTS) through every hop");
  try {
    const verdict = await followEvents(clients, proofEvents(new Date()), realClock, {
      waitingFor: (hop) => step.update(hop),
      passed: (hop) => console.line(hopLine(hop, style)),
    });
    if (verdict.ok) step.done();
    else step.fail();
    if (!verdict.ok) await explain(verdict.failed, context, docker);
    return verdict;
  } catch (error) {
    step.fail();
    throw error;
  } finally {
    await Promise.allSettled([kafka.close(), postgres.close()]);
  }
}

function required(outputs: Readonly<Record<string, unknown>>, name: string, hint: Hint): string {
  const value = outputs[name];
  if (typeof value === "string") return value;
  throw new UserError(`the stack has no output ${name}`, `Run \`${hint("up")}\` again.`);
}

export function hopLine({ name, ms, note }: Hop, style: Style): string {
  const time = duration(ms).padStart(8);
  return `  ${style.green(style.marks.ok)} ${name.padEnd(24)} ${time}${note ? `   ${style.dim(note)}` : ""}`;
}

async function explain(
  failed: { hop: string; reason: string; service: string },
  { project, console, style }: Context,
  docker: Docker,
): Promise<void> {
  console.line(`  ${style.red(style.marks.fail)} ${failed.hop}: ${failed.reason}`);
  const container = containerName(failed.service, project.stack, project.name);
  const lines = await lastLogLines(docker, project, failed.service).catch((error) => [messageOf(error)]);
  console.line(`  The last log lines of ${container}:`);
  for (const line of lines) console.line(style.dim(`    ${line}`));
  console.line(`  More: ${addressOfEntry(PROOF_ENTRY)}`);
}

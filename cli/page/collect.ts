import { UsageMeter } from "../container-usage.ts";
import { findDocker } from "../docker.ts";
import type { Project } from "../project.ts";
import type { StackState } from "../pulumi/state.ts";
import { collectReport } from "../report/collect.ts";
import { found } from "../report/found.ts";
import { recordedIn } from "../report/recorded.ts";
import { textOutput } from "../text-output.ts";
import type { PageFacts, Sales } from "./facts.ts";
import { readCheckpoints } from "./read-checkpoints.ts";
import { readSales } from "./read-sales.ts";
import { takeSamples } from "./sample.ts";

/** A service that does not answer leaves its part of the page with the reason. */
export async function collectPage(
  project: Project,
  state: StackState,
  signal: AbortSignal,
): Promise<Omit<PageFacts, "health" | "troubles">> {
  const { outputs } = state;
  const output = (name: string) => textOutput(outputs, name);
  const brokers = output("kafkaBootstrapServers");
  const topic = output("topic");
  const readerUrl = output("readerUrl");
  const flinkUrl = output("flinkUrl");
  const jobId = output("jobId");
  const docker = await findDocker();
  const meter = docker && new UsageMeter(docker, project);
  // First, so that reading the rest does not slow down what is measured.
  const samples: PageFacts["samples"] =
    brokers === undefined || topic === undefined || readerUrl === undefined
      ? { ok: false, error: "The stack has no topic or no tables yet." }
      : await found(takeSamples({ brokers, topic, readerUrl }, signal), 20_000);
  const sales = readerUrl === undefined ? undefined : await salesOf(readerUrl);
  return {
    report: await collectReport(project, docker, outputs, {
      usage: meter?.measure(),
      recorded: recordedIn(state),
    }),
    samples,
    sales,
    checkpoints:
      flinkUrl === undefined || jobId === undefined
        ? undefined
        : await found(readCheckpoints(flinkUrl, jobId)),
    time: Date.now(),
  };
}

async function salesOf(readerUrl: string): Promise<Sales> {
  const sales = await found(readSales(readerUrl));
  return sales.ok ? sales.value : { categories: sales, days: sales, minutes: sales };
}

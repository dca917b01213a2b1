/** Runs the program's `Pipeline` with Pulumi's mocks and returns the declared resources. */
import * as pulumi from "@pulumi/pulumi";
import type { PipelineConfig } from "../../facts/config/keys.ts";
import { parseConfig } from "../../facts/config/parse.ts";
import { containerName, PROJECT } from "../../facts/pipeline.ts";
import type { HostNetwork } from "../../infra/host-network.ts";

export interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  opts: pulumi.ResourceOptions;
}

export const STACK = "dev";
export const OWNER = "owner-id";
export const SECRET = "generated-secret-value";

const SECRET_WRAPPER = "4dabf18193072939515e22adb298388d";

/** Unwraps secrets, which Pulumi serialises in an envelope. */
function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (SECRET_WRAPPER in object) return reveal(object.value);
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, reveal(inner)]));
}

/** What the program declares with the same configuration and environment; a run of it takes a quarter of a second. */
const known = new Map<string, Promise<Declared[]>>();

export function declare(...args: Program): Promise<Declared[]> {
  const key = JSON.stringify([args, process.env]);
  const declared = known.get(key) ?? runProgram(args);
  known.set(key, declared);
  return declared;
}

/** The keys of the configuration that the program reads. */
export async function keysRead(...args: Program): Promise<ReadonlySet<string>> {
  const read = new Set<string>();
  await runProgram(args, read);
  return read;
}

type Program = [
  overrides?: Partial<PipelineConfig>,
  datadogApiKey?: string,
  datadogAppKey?: string,
  network?: HostNetwork,
];

/**
 * Pulumi takes a stack trace of each of its promises, whose frames vitest maps to source lines: with one frame each, the
 * program runs in a third of the time.
 */
async function runProgram(program: Program, read = new Set<string>()): Promise<Declared[]> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  try {
    return await runWithMocks(program, read);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function runWithMocks(
  [overrides = {}, datadogApiKey, datadogAppKey, network]: Program,
  read: Set<string>,
): Promise<Declared[]> {
  const config = { ...parseConfig({}).config, ...overrides };
  const declared: Declared[] = [];
  const options = new Map<string, pulumi.ResourceOptions>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        declared.push({
          type: args.type,
          name: args.name,
          inputs: reveal(args.inputs) as Declared["inputs"],
          opts: options.get(`${args.type} ${args.name}`) ?? {},
        });
        const outputs: Record<string, Record<string, unknown>> = {
          "docker:index/image:Image": { repoDigest: `sha256:${args.name}` },
          "docker:index/remoteImage:RemoteImage": { imageId: `sha256:${args.name}` },
          "random:index/randomPassword:RandomPassword": { result: SECRET },
          "random:index/randomUuid:RandomUuid": { result: OWNER },
          "commerce:postgres:Schema": { tables: [] },
          "commerce:kafka:Topic": { topicId: "topic-of-kafka" },
          "commerce:flink:StatementSet": { jobId: "job", state: "RUNNING" },
        };
        return { id: `${args.name}-id`, state: { ...args.inputs, ...outputs[args.type] } };
      },
      call: (args) => args.inputs,
    },
    PROJECT,
    STACK,
    false,
  );
  const secret = (value?: string) => (value === undefined ? undefined : pulumi.secret(value));
  const { Pipeline } = await import("../../infra/pipeline.ts");
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      options.set(`${type} ${name}`, opts);
      return undefined;
    });
    new Pipeline("pipeline", {
      config: new Proxy(config, {
        get: (values, key) => {
          read.add(String(key));
          return Reflect.get(values, key);
        },
      }),
      datadog: { apiKey: secret(datadogApiKey), appKey: secret(datadogAppKey) },
      network,
    });
    return {};
  });
  await pulumi.runtime.disconnect();
  return declared;
}

export interface ContainerInputs {
  name: string;
  image: string;
  envs?: string[];
  labels: { label: string; value: string }[];
  ports?: { internal: number; external: number; ip?: string }[];
  volumes?: { volumeName?: string; hostPath?: string; containerPath: string; readOnly?: boolean }[];
  uploads?: { file: string; content: string }[];
  healthcheck?: { tests: string[]; interval: string; timeout: string; startPeriod: string };
  entrypoints?: string[];
  command?: string[];
  memory?: number;
  memorySwap?: number;
  restart?: string;
  wait?: boolean;
  waitTimeout?: number;
  logOpts?: Record<string, string>;
  pidMode?: string;
  cgroupnsMode?: string;
  networksAdvanced?: { name: string; aliases: string[] }[];
}

export function containers(declared: Declared[]): Map<string, ContainerInputs> {
  return new Map(
    declared
      .filter((resource) => resource.type === "docker:index/container:Container")
      .map((resource) => resource.inputs as unknown as ContainerInputs)
      .map((inputs) => [inputs.name.slice(containerName("", STACK).length), inputs]),
  );
}

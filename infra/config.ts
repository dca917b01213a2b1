/** The running stack's configuration: the only reader of `pulumi.Config`. */
import * as pulumi from "@pulumi/pulumi";
import type { ConfigKeyName, PipelineConfig } from "../facts/config/keys.ts";
import { invalidConfig, parseConfig } from "../facts/config/parse.ts";
import { DATADOG_MONITORING, stackNameProblem } from "../facts/pipeline.ts";

/** Everything that is wrong with a stack's configuration, in one message. */
export class ConfigError extends pulumi.RunError {
  readonly problems: readonly string[];
  constructor(stack: string, problems: readonly string[]) {
    super(invalidConfig(stack, problems));
    this.problems = problems;
  }
}

/**
 * @param values text by key, as Pulumi hands it over
 * @param imagesOverride COMMERCE_IMAGES, which overrides the key `images`: where images come from is a property of the
 *   machine (can it reach a registry?) rather than of the stack
 * @throws ConfigError naming every unknown key, every missing, mistyped or conflicting value, and an unusable stack name
 */
export function readConfig(
  stack: string,
  values: Readonly<Record<string, string>>,
  imagesOverride?: string,
): PipelineConfig {
  const { config, problems: valueProblems } = parseConfig(
    imagesOverride ? { ...values, images: imagesOverride } : values,
  );
  const withOrigin = (problem: string) =>
    imagesOverride && problem.startsWith("images:") ? `${problem} (from COMMERCE_IMAGES)` : problem;
  const problems = [stackNameProblem(stack) ?? [], valueProblems.map(withOrigin)].flat();
  if (problems.length > 0) throw new ConfigError(stack, problems);
  return config;
}

/** Keys of Datadog, which the program handles as secrets only. */
export interface DatadogKeys {
  apiKey?: pulumi.Output<string>;
  appKey?: pulumi.Output<string>;
}

/** Reads the running stack's configuration. */
export function loadConfig(): { config: PipelineConfig; datadog: DatadogKeys } {
  const prefix = `${pulumi.getProject()}:`;
  const values = Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  const { datadogApiKey, datadogAppKey, ...config } = readConfig(
    pulumi.getStack(),
    values,
    process.env.COMMERCE_IMAGES,
  );
  const secret = (key: ConfigKeyName, value: string | undefined) =>
    value === undefined ? undefined : new pulumi.Config().requireSecret(key);
  return {
    config: { ...config, datadogApiKey: undefined, datadogAppKey: undefined },
    datadog: {
      apiKey: secret("datadogApiKey", datadogApiKey),
      // The command line has excluded what it would declare: see cli/pulumi/stack.ts.
      appKey:
        process.env[DATADOG_MONITORING.leaveVariable] === undefined
          ? secret("datadogAppKey", datadogAppKey)
          : undefined,
    },
  };
}

/** The engine's own command line: `node engine/main.ts VERB --stack S [--cwd DIR]`, for any Node program. */
import { parseArgs } from "node:util";
import { createDisplay } from "./display/index.ts";
import { destroy, type EngineOptions, outputs, preview, refresh, type Summary, up } from "./index.ts";

const usage = `usage: node engine/main.ts VERB --stack NAME [options]

  up | preview | destroy | refresh | outputs

  --cwd DIR            the folder of Pulumi.yaml (default: this one)
  --stack NAME         the stack
  --config KEY=VALUE   a value that wins over Pulumi.NAME.yaml; may be repeated
  --refresh            look at every resource first (up, preview)
  --replace URN        replace a resource though nothing changed; may be repeated
  --parallel N         operations at a time
  --diff               show the properties of what changes
  --show-secrets       outputs: show secrets
`;

/** Exit codes: 0 all is as declared, 1 something failed, 2 the command line is wrong. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      cwd: { type: "string", default: "." },
      stack: { type: "string" },
      config: { type: "string", multiple: true, default: [] },
      refresh: { type: "boolean" },
      replace: { type: "string", multiple: true },
      parallel: { type: "string" },
      diff: { type: "boolean" },
      "show-secrets": { type: "boolean" },
    },
  });
  const verbs: Record<string, (options: EngineOptions) => Promise<Summary>> = {
    up,
    preview,
    destroy,
    refresh,
  };
  const [verb = ""] = positionals;
  if (!values.stack || (verb !== "outputs" && !verbs[verb])) {
    process.stderr.write(usage);
    return 2;
  }
  const config = Object.fromEntries(
    values.config.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
  const stack = { projectDir: values.cwd, stack: values.stack, config };
  if (verb === "outputs") {
    const found = await outputs({ ...stack, showSecrets: values["show-secrets"] });
    process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
    return 0;
  }
  const display = createDisplay(process.stdout, { diff: values.diff });
  const cancel = new AbortController();
  const interrupted = () => {
    // Asked twice, it does not wait: what is under way is noted in the state as pending.
    if (cancel.signal.aborted) process.exit(130);
    cancel.abort();
    process.stderr.write("Waiting for what is under way; press Ctrl-C again to leave it\n");
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  const parallel = values.parallel === undefined ? undefined : Number(values.parallel);
  const { refresh: wantsRefresh, replace } = values;
  try {
    const summary = await verbs[verb]?.({
      ...stack,
      display,
      parallel,
      refresh: wantsRefresh,
      replace,
      signal: cancel.signal,
    });
    return summary?.failures.length ? 1 : 0;
  } finally {
    display.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS") ? 2 : 1;
  },
);

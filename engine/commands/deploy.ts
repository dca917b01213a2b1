/** The commands that run the program, or do away with what it declared. */
import { createDisplay } from "../display/index.ts";
import { PreviewJson } from "../display/json.ts";
import { destroy, outputs, preview, refresh, up } from "../index.ts";
import { ask, consent } from "./ask.ts";
import type { Call, Commands } from "./index.ts";
import { printJson } from "./print.ts";

const verbs = { up, preview, destroy, refresh };
type Verb = keyof typeof verbs;

export default {
  preview: (call) => untilInterrupted((signal) => run("preview", call, { signal })),
  up: (call) => change("up", "preview", call),
  destroy: (call) => change("destroy", "destroy", call),
  refresh: (call) => change("refresh", "refresh", call),
  async outputs({ stack, flags }) {
    return printJson(await outputs({ ...stack, showSecrets: flags["show-secrets"] }));
  },
} satisfies Commands;

/** Shows what would be done, asks, and does it; only the last if the user has agreed beforehand. */
async function change(verb: Verb, dryVerb: Verb, call: Call): Promise<number> {
  const { "skip-preview": skipsPreview, "preview-only": previewOnly } = call.flags;
  const isAgreed = skipsPreview || consent(call) === "given";
  if (!isAgreed && !previewOnly && consent(call) === "nobody") {
    throw new Error(`There is no terminal to ask on: pass --yes to ${verb} without being asked`);
  }
  return untilInterrupted(async (signal) => {
    if (!isAgreed || previewOnly) {
      const code = await run(dryVerb, call, { signal, dryRun: true });
      if (code !== 0 || previewOnly) return code;
      if (!(await ask(`Do you want to perform this ${verb === "up" ? "update" : verb}?`, signal))) {
        process.stderr.write("Nothing was changed\n");
        return 1;
      }
    }
    return run(verb, call, { signal });
  });
}

async function run(
  verb: Verb,
  { stack, flags }: Call,
  how: { signal: AbortSignal; dryRun?: boolean },
): Promise<number> {
  const { refresh, replace, target } = flags;
  const parallel = flags.parallel === undefined ? undefined : Number(flags.parallel);
  const { "target-dependents": targetDependents, "continue-on-error": continueOnError } = flags;
  const display = flags.json ? new PreviewJson(process.stdout) : createDisplay(process.stdout, flags);
  try {
    const what = { refresh, replace, target, targetDependents, continueOnError };
    const summary = await verbs[verb]({ ...stack, ...how, ...what, display, parallel });
    return summary.failures.length > 0 ? 1 : 0;
  } finally {
    display.close();
  }
}

async function untilInterrupted(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const cancel = new AbortController();
  const interrupted = () => {
    // Asked twice, it does not wait: what is under way is noted in the state as pending.
    if (cancel.signal.aborted) process.exit(130);
    cancel.abort();
    process.stderr.write("Waiting for what is under way; press Ctrl-C again to leave it\n");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupted);
  try {
    return await work(cancel.signal);
  } finally {
    for (const signal of signals) process.off(signal, interrupted);
  }
}

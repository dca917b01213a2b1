/** Finds what is wrong with a statement set's inputs without asking a server. Pure. */
import { JOB_CHOICES } from "../../../facts/job-choices.ts";
import type { CheckFailure } from "../../sdk/provider.ts";
import { containsUnknown } from "../../sdk/values.ts";
import type { StatementSetInputs } from "./diff.ts";
import { parseJobScript } from "./job-script.ts";

/** Settings that the resource sets itself, with the input that they come from. */
const OWN_SETTINGS: Record<string, string> = {
  "pipeline.name": "name",
  "pipeline.global-job-parameters": "files and settings",
  "execution.state-recovery.path": "upgradePolicy",
  "execution.savepoint.path": "upgradePolicy",
  "execution.state-recovery.ignore-unclaimed-state": "upgradePolicy",
  "table.dml-sync": "startTimeoutSeconds",
};

const AT_LEAST = { startTimeoutSeconds: 1, healthSeconds: 0, savepointsKept: 1 };

const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

function isTime(text: string): boolean {
  const day = TIME.exec(text)?.[1];
  if (day === undefined || Number.isNaN(Date.parse(text))) return false;
  // JavaScript reads 31 February as 3 March.
  return new Date(day).toISOString().startsWith(day);
}

export function checkStatementSet(news: StatementSetInputs): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (!containsUnknown(news.name) && news.name.trim() === "")
    failures.push({ property: "name", reason: "a job needs a name: it identifies the job in the cluster" });
  for (const [property, choices] of Object.entries(JOB_CHOICES) as [
    keyof typeof JOB_CHOICES,
    readonly string[],
  ][]) {
    if (!containsUnknown(news[property]) && !choices.includes(news[property]))
      failures.push({ property, reason: `"${news[property]}" is not one of: ${choices.join(", ")}` });
  }
  for (const [property, least] of Object.entries(AT_LEAST) as [keyof typeof AT_LEAST, number][]) {
    if (!containsUnknown(news[property]) && !(news[property] >= least))
      failures.push({
        property,
        reason: `must be a number of at least ${least}, not ${news[property]}`,
      });
  }
  if (!containsUnknown(news.replayFrom) && news.replayFrom !== "beginning" && !isTime(news.replayFrom))
    failures.push({
      property: "replayFrom",
      reason: `"${news.replayFrom}" is neither "beginning" nor a time such as 2026-01-31T12:00:00Z`,
    });
  for (const key of Object.keys(news.settings)) {
    const input = OWN_SETTINGS[key];
    if (input !== undefined)
      failures.push({ property: `settings["${key}"]`, reason: `is set from ${input}; remove it` });
  }
  if (!containsUnknown(news.files)) {
    try {
      parseJobScript(news.files);
    } catch (error) {
      failures.push({ property: "files", reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return failures;
}

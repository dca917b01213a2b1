import { text } from "node:stream/consumers";
import { containerName, SERVICES, USERS } from "../../facts/pipeline.ts";
import type { Command, Context } from "../context.ts";
import { Interrupted, UsageError, UserError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProgram } from "../process.ts";
import { requireUp } from "../pulumi/require-up.ts";
import { database } from "../services.ts";
import { csvPrinter, jsonPrinter, type Printer, tablePrinter } from "../sql/printers.ts";
import { runStatement } from "../sql/run.ts";
import { writeLine } from "../write-line.ts";

/** Runs one statement as the reader, or psql on a terminal. */
export const sql: Command = async (context) => {
  const { options, signal, hint } = context;
  if (options.json && options.csv) throw new UsageError("--json and --csv: choose one of them");
  const [given] = options.arguments;
  if (given === undefined && process.stdin.isTTY) return session(context);
  const statement = given === undefined || given === "-" ? await text(process.stdin) : given;
  if (statement.trim() === "") {
    throw new UsageError("commerce sql: no statement, and no terminal for a session");
  }
  const { outputs } = await requireUp(context, true);
  const { readerUrl } = outputs;
  if (typeof readerUrl !== "string") {
    throw new UserError("the stack has no reader yet", `\`${hint("up")}\` creates it.`);
  }
  const printer = printerFor(context);
  const command = await runStatement(readerUrl, statement, printer, signal);
  if (signal.aborted) throw new Interrupted();
  printer.end(command);
  return exitCodes.ok;
};

function printerFor({ options }: Context): Printer {
  if (options.csv) return csvPrinter(writeLine);
  if (options.json) return jsonPrinter(writeLine);
  return tablePrinter(writeLine, "--csv and --json print all of them.");
}

/** @returns psql's exit code */
async function session({ options, project }: Context): Promise<number> {
  if (options.json || options.csv) throw new UsageError("commerce sql --json and --csv need a statement");
  const container = containerName(SERVICES.postgres.name, project.stack, project.name);
  const words = ["exec", "-it", container, "psql", "-U", USERS.reader, database];
  const { end } = startProgram("docker", words, { stdio: "inherit" });
  return (await end).code === 0 ? exitCodes.ok : exitCodes.failed;
}

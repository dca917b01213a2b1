import type Docker from "dockerode";
import { listStackContainers } from "../containers.ts";
import type { Command, Context } from "../context.ts";
import { findDocker } from "../docker.ts";
import { NoSuchStack, UserError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { followAll } from "../logs/follow.ts";
import { mergeByTime, type ServiceLine } from "../logs/merge.ts";
import { followLog, type LogSource, readLog } from "../logs/read.ts";
import { lineRange, selectServices } from "../logs/selection.ts";
import { printableLine } from "../printable.ts";
import { stackRedaction } from "../pulumi/recorded-secrets.ts";
import { serviceOf } from "../services.ts";
import { writeLine } from "../write-line.ts";

/** Prints the logs of the stack's containers, merged by time, without secrets. */
export const logs: Command = async (context) => {
  const { options, project, hint, signal, style } = context;
  const range = lineRange(options, Date.now());
  const docker = await findDocker();
  if (docker === undefined) throw new UserError("no Docker engine answers", `\`${hint("up")}\` starts one.`);
  const containers = await sourcesOf(docker, context);
  if (containers.length === 0) {
    throw new NoSuchStack(`stack ${project.stack} has no containers`, `\`${hint("up")}\` creates them.`);
  }
  const services = selectServices(
    options.arguments,
    containers.map(({ service }) => service),
  );
  const isChosen = ({ service }: LogSource) => services.includes(service);
  const { redact, problem } = await stackRedaction(context);
  if (problem !== undefined) {
    const mark = style.yellow(style.marks.warn);
    process.stderr.write(
      `${mark} The stack's secrets are unknown, so only what looks like one is masked: ${problem}\n`,
    );
  }
  const print = printer(context, services, redact);

  const from = Date.now();
  const chosen = containers.filter(isChosen);
  const lines = mergeByTime(await Promise.all(chosen.map((source) => readLog(docker, source, range))));
  for (const line of lines) print(line);
  if (!options.follow) return exitCodes.ok;

  const printed = new Map(lines.map(({ service, time }) => [service, time]));
  const follower = {
    running: async () => (await sourcesOf(docker, context)).filter((one) => one.isRunning && isChosen(one)),
    follow: (source: LogSource, since: number, onLine: (line: ServiceLine) => void) =>
      followLog(docker, source, since, signal, onLine),
  };
  await followAll(follower, printed, from, signal, print);
  return exitCodes.interrupted;
};

async function sourcesOf(
  docker: Docker,
  { project }: Context,
): Promise<(LogSource & { readonly isRunning: boolean })[]> {
  const infos = await listStackContainers(docker, project);
  return infos
    .map(({ Id, Names, State }) => ({
      id: Id,
      service: serviceOf((Names[0] ?? Id).replace(/^\//, ""), project.name, project.stack),
      isRunning: State === "running",
    }))
    .sort((a, b) => a.service.localeCompare(b.service, "en", { numeric: true }));
}

function printer(
  { options, style }: Context,
  services: readonly string[],
  redact: (text: string) => string,
): (line: ServiceLine) => void {
  const width = Math.max(...services.map((service) => service.length));
  return ({ service, time, text }) => {
    const line = redact(printableLine(text));
    if (options.json) writeLine(JSON.stringify({ time, service, text: line }));
    else writeLine(`${style.cyan(service.padEnd(width))} ${style.dim("|")} ${line}`);
  };
}

/** Reads what `doctor` looks at; changes nothing. What does not answer is a fact, too. */
import { realpathSync } from "node:fs";
import Docker from "dockerode";
import { parseConfig } from "../../facts/config/parse.ts";
import { PROJECT } from "../../facts/pipeline.ts";
import type { Context } from "../context.ts";
import { dockerHost, findDocker } from "../docker.ts";
import { listDockerObjects, listNames } from "../docker-objects.ts";
import { messageOf, UserError } from "../errors.ts";
import { checkoutOf, foldersOf, foreignObjects, isInUse } from "../ownership.ts";
import { collectFacts } from "../preflight/facts.ts";
import { recordedState } from "../pulumi/open.ts";
import { stackLocks } from "../pulumi/stack-locks.ts";
import type { StackState } from "../pulumi/state.ts";
import { collectReport } from "../report/collect.ts";
import { recordedIn } from "../report/recorded.ts";
import { adviceFor } from "../setup/docker-advice.ts";
import { findDockerd } from "../setup/docker-daemon.ts";
import { resolveDockerEndpoint } from "../setup/docker-host.ts";
import { clockSkew, inspectedContainers, missingImages } from "./collect-docker.ts";
import { collectServices } from "./collect-services.ts";
import type { DoctorFacts, LiveFacts } from "./facts.ts";

export async function collectDoctorFacts(context: Context): Promise<DoctorFacts> {
  const { project } = context;
  const docker = await findDocker();
  let state: StackState | undefined;
  let stateError: string | undefined;
  try {
    state = await recordedState(context, true);
  } catch (error) {
    stateError = (error instanceof UserError && error.hint) || messageOf(error);
  }
  const own = Object.fromEntries(Object.entries(project.config).filter(([key]) => !key.includes(":")));
  return {
    stack: project.stack,
    project: project.name,
    configProblems: project.name === PROJECT ? parseConfig(own).problems : [],
    locks: stackLocks(context),
    stateError,
    recorded: recordedIn(state)?.objects,
    docker: docker === undefined ? await whyNoDocker() : undefined,
    live: docker === undefined ? undefined : await collectLive(context, docker, state),
  };
}

async function whyNoDocker(): Promise<DoctorFacts["docker"]> {
  const endpoint = resolveDockerEndpoint(process.env);
  const error = await new Docker({ timeout: 3_000 }).ping().then(
    () => "it answers now",
    (reason: unknown) => messageOf(reason),
  );
  const installed = findDockerd() !== undefined;
  return { error, advice: adviceFor({ platform: process.platform, endpoint, error, installed }) };
}

async function collectLive(
  { project }: Context,
  docker: Docker,
  state: StackState | undefined,
): Promise<LiveFacts> {
  const outputs = state?.outputs ?? {};
  const objects = await listDockerObjects(docker, project);
  const foreign = foreignObjects(objects, checkoutOf(state, realpathSync(project.dir)));
  const dockerIsLocal = /^(unix|npipe):/.test(dockerHost());
  const [containers, names, images, machine, clockSkewMs, report] = await Promise.all([
    inspectedContainers(docker, project),
    listNames(docker),
    missingImages(docker, state),
    collectFacts(project, { docker, dockerIsLocal, imagesMissing: false }),
    clockSkew(docker),
    collectReport(project, docker, outputs, { recorded: recordedIn(state) }),
  ]);
  return {
    otherCheckout: isInUse(foreign) ? foldersOf(foreign) : undefined,
    containers,
    otherContainers: (await docker.listContainers({ all: true }))
      .filter(({ Id }) => containers.every(({ id }) => id !== Id))
      .flatMap(({ Names }) => Names.map((name) => name.replace(/^\//, ""))),
    ...names,
    missingImages: images,
    machine,
    clockSkewMs,
    report,
    ...(await collectServices(project, outputs, state, report)),
  };
}

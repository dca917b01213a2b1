/**
 * What the live tests stand on, made ready before them: a Docker engine without leftovers of an earlier run, the Pulumi
 * CLI, and images where none can be pulled.
 */
import { requireDocker } from "../cli/docker.ts";
import { messageOf } from "../cli/errors.ts";
import { imageNames } from "../cli/images.ts";
import { createConsole } from "../cli/progress.ts";
import { provideCli } from "../cli/pulumi/obtain.ts";
import { projectDir } from "../cli/setup/paths.ts";
import { askRegistry } from "../cli/setup/registry-images.ts";
import { removeLeftovers } from "./live/support/leftovers.ts";

const console = createConsole(process.stdout);
try {
  const docker = await requireDocker(console);
  const leftovers = await removeLeftovers();
  if (leftovers.length > 0) console.line(`Removed what an earlier run left: ${leftovers.join(", ")}`);
  const official = imageNames(projectDir, "registry");
  const services = (await askRegistry(docker, official, console, new AbortController().signal)) === "local";
  if (!services) console.line("The images are pulled from their registry.");
  await provideCli(docker, console, { services, exporter: services });
} catch (error) {
  console.line(messageOf(error));
  process.exitCode = 1;
}

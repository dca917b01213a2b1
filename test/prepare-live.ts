/** What the live tests stand on, made ready before them: a Docker engine without leftovers of an earlier run, the
 * Pulumi CLI, and images where none can be pulled. */

import { requireDocker } from "../cli/docker.ts";
import { messageOf } from "../cli/errors.ts";
import { imageNames, imagesAfter } from "../cli/images.ts";
import { createConsole } from "../cli/progress.ts";
import { provideCli } from "../cli/pulumi/obtain.ts";
import { projectDir } from "../cli/setup/paths.ts";
import { absentImages, askForImages } from "../cli/setup/registry-images.ts";
import { REGISTRY_VARIABLE } from "../facts/image-registry.ts";
import { removeLeftovers } from "./live/support/leftovers.ts";

const console = createConsole(process.stdout);
try {
  const docker = await requireDocker(console);
  const leftovers = await removeLeftovers();
  if (leftovers.length > 0) console.line(`Removed what an earlier run left: ${leftovers.join(", ")}`);
  const absent = await absentImages(docker, imageNames(projectDir, "registry"));
  const answers = await askForImages(docker, absent, console, new AbortController().signal);
  const services = imagesAfter(answers, process.env[REGISTRY_VARIABLE]) === "local";
  if (!services) console.line("The images are pulled from their registry.");
  await provideCli(docker, console, { services, exporter: services });
} catch (error) {
  console.line(messageOf(error));
  process.exitCode = 1;
}

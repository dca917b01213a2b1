/** What the live tests stand on, made ready before them: a Docker engine, and images where none can be pulled. */
import { requireDocker } from "../cli/docker.ts";
import { messageOf } from "../cli/errors.ts";
import { createConsole } from "../cli/progress.ts";
import { ensureLocalImages } from "../cli/setup/local-images.ts";
import { registryAnswers } from "../cli/setup/registry-probe.ts";

const console = createConsole(process.stdout);
try {
  const docker = await requireDocker(console);
  if (await registryAnswers(docker)) console.line("The images are pulled from their registry.");
  else await ensureLocalImages(docker, console);
} catch (error) {
  console.line(messageOf(error));
  process.exitCode = 1;
}

/** What the live tests stand on, made ready before them: a Docker engine without leftovers of an earlier run, the
 * Pulumi CLI, and images where none can be pulled. */
import { requireDocker } from "../cli/docker.ts";
import { messageOf } from "../cli/errors.ts";
import { createConsole } from "../cli/progress.ts";
import { buildCli, downloadedCli, findCli } from "../cli/pulumi/obtain.ts";
import { buildLocalImages } from "../cli/setup/local-images.ts";
import { registryAnswers } from "../cli/setup/registry-probe.ts";
import { removeLeftovers } from "./live/support/leftovers.ts";

const console = createConsole(process.stdout);
try {
  const docker = await requireDocker(console);
  const leftovers = await removeLeftovers();
  if (leftovers.length > 0) console.line(`Removed what an earlier run left: ${leftovers.join(", ")}`);
  const services = !(await registryAnswers(docker));
  if (!services) console.line("The images are pulled from their registry.");
  const cli = (await findCli(process.env, console)) ?? (await downloadedCli(console));
  const wanted = { services, exporter: services };
  if (cli === undefined) await buildCli(docker, console, wanted);
  else if (services) await buildLocalImages(docker, console, { ...wanted, cli: false });
} catch (error) {
  console.line(messageOf(error));
  process.exitCode = 1;
}

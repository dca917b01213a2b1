import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { HostNetwork } from "../host-network.ts";
import { type BaseImages, declareBuild } from "./images.ts";
import type { Scope } from "./scope.ts";

const CONTEXT = "host-network";
const certificatesFolder = path.resolve(__dirname, "../..", CONTEXT, "certificates");

/**
 * Makes image builds work in this machine's network: they get its proxies, and the images in which they download begin
 * with its certificate authorities. With direct access and public authorities only, everything stays as it is.
 *
 * @param hasOfficialImages whether they come from a registry: those that are built here have the authorities already
 */
export function networkReady(
  scope: Scope,
  images: BaseImages,
  { proxies, certificates }: HostNetwork,
  hasOfficialImages: boolean,
  parent: pulumi.Resource,
): { scope: Scope; images: BaseImages } {
  const behindProxy: Scope = { ...scope, builds: { ...scope.builds, proxies } };
  // npm reads the variables; Maven has to be told.
  const isForNode = hasOfficialImages && certificates.length > 0;
  const isForMaven = isForNode || (hasOfficialImages && Object.keys(proxies).length > 0);
  if (isForMaven) writeCertificates(certificates);
  const build = (name: "maven" | "node") =>
    declareBuild(
      `${name}-network`,
      { scope: behindProxy, context: CONTEXT, buildArgs: { BASE_IMAGE: images[name] } },
      parent,
    );
  const maven = isForMaven ? build("maven") : undefined;
  const node = isForNode ? build("node") : undefined;
  return {
    scope: {
      ...behindProxy,
      builds: { proxies, after: [maven, node].flatMap((built) => built?.image ?? []) },
    },
    images: {
      ...images,
      maven: maven?.imageName ?? images.maven,
      node: node?.imageName ?? images.node,
    },
  };
}

/** The build's own files, which git ignores: a name says what is in it, so two runs do not disturb each other. */
function writeCertificates(certificates: readonly string[]): void {
  const wanted = new Map(
    certificates.map((pem) => [
      `${crypto.createHash("sha256").update(pem).digest("hex").slice(0, 16)}.crt`,
      pem,
    ]),
  );
  fs.mkdirSync(certificatesFolder, { recursive: true });
  for (const file of fs.readdirSync(certificatesFolder)) {
    if (!wanted.has(file)) fs.rmSync(path.join(certificatesFolder, file), { force: true });
  }
  for (const [name, pem] of wanted) {
    const file = path.join(certificatesFolder, name);
    const isWritten = fs.existsSync(file) && fs.readFileSync(file, "utf8") === `${pem}\n`;
    if (!isWritten) fs.writeFileSync(file, `${pem}\n`);
  }
}

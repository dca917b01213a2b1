/** What this machine knows of its network, and a build on it has to be told. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as tls from "node:tls";
import { proxyVariables } from "../facts/proxy.ts";

export interface HostNetwork {
  /** The proxy variables of the environment. */
  proxies: Readonly<Record<string, string>>;
  /** In PEM: the certificate authorities that this machine trusts besides the public ones, such as a company's. */
  certificates: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Where Linux distributions have all certificates that a machine trusts. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
/** Where Debian, Ubuntu and Alpine have the public ones, older ones than Node's among them. */
const PUBLIC = "/usr/share/ca-certificates";

/** Reads this machine's network. */
export function hostNetwork(env: Env = process.env): HostNetwork {
  const trusted = [systemCertificates(env), readFile(env.NODE_EXTRA_CA_CERTS)].join("\n");
  const known = [...tls.rootCertificates, ...publicCertificates()].join("\n");
  return { proxies: proxyVariables(env), certificates: ownAuthorities(trusted, known) };
}

/** The certificate authorities of a text in PEM that another one lacks, in a fixed order. */
export function ownAuthorities(trusted: string, known: string): string[] {
  const others = new Set(certificatesIn(known));
  return [...new Set(certificatesIn(trusted))].filter((pem) => !others.has(pem) && isAuthority(pem)).sort();
}

/** Each in the same form, whatever its line ends. */
function certificatesIn(text: string): string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => block.split(/\s*\n\s*/).join("\n"));
}

function isAuthority(pem: string): boolean {
  try {
    return new crypto.X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

function systemCertificates(env: Env): string {
  // Elsewhere, they are in a store that is not a file.
  if (process.platform !== "linux") return tls.getCACertificates("system").join("\n");
  return readFile([env.SSL_CERT_FILE, ...BUNDLES].find((file) => file && fs.existsSync(file)));
}

function publicCertificates(): string[] {
  if (!fs.existsSync(PUBLIC)) return [];
  return fs
    .readdirSync(PUBLIC, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".crt"))
    .map((file) => readFile(path.join(PUBLIC, file)));
}

function readFile(file: string | undefined): string {
  return file && fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

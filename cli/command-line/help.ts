/** The sections of the help besides commands and flags. */
import { exitCodeHelp } from "../exit-codes.ts";
import { columns } from "../format.ts";
import type { Style } from "../style.ts";

type Section = (style: Style, width: number) => string;

const section =
  (title: string, rows: readonly (readonly string[])[]): Section =>
  (style, width) => {
    const indented = rows.map(([first = "", ...rest]) => [`  ${first}`, ...rest]);
    return ["", style.bold(`${title}:`), ...columns(indented, { width })].join("\n");
  };

export const overviewExamples = section("Examples", [
  ["npm start", "the stack dev"],
  ["npm start -- --stack demo", "a second stack beside it, on its own ports"],
  ["npm run status -- --json", ""],
  ["npx commerce destroy", ""],
]);

export const environmentHelp = section("Environment", [
  ["PULUMI_STACK", "the stack, without --stack"],
  ["PULUMI_BACKEND_URL", "where state is kept (default: .pulumi-state beside Pulumi.yaml)"],
  ["PULUMI_CONFIG_PASSPHRASE", "encrypts secrets in the state (default: generated)"],
  ["DOCKER_HOST, DOCKER_CONTEXT", "which Docker engine to use"],
  ["COMMERCE_IMAGES", "registry or local, without --images"],
  ["COMMERCE_REGISTRY", "pulls official images from it, such as registry.example.com/mirror"],
  ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "image builds use these proxies, too"],
  ["COMMERCE_DEBUG", "with any value: stack traces of unexpected errors"],
  ["NO_COLOR", "with any value: no colours"],
]);

export const exitCodesHelp = section(
  "Exit codes",
  exitCodeHelp.map(([code, meaning]) => [String(code), meaning]),
);

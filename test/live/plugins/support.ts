/** Helpers for the live tests of the plugins. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { OperationContext, ResourceHandler } from "../../../plugins/sdk/provider.ts";
import type { PropertyMap } from "../../../plugins/sdk/values.ts";

/** The labels of everything that these tests create, like those of a stack. */
export const LABELS = [{ label: "com.commerce-pipeline.test", value: "providers" }];

/** One of the pipeline's images: the locally built one if there is one. The Postgres image contains a shell. */
export function testImage(name = "postgres"): string {
  for (const source of ["local", "registry"]) {
    try {
      const file = new URL(`../../../images/${source}.json`, import.meta.url);
      const image = JSON.parse(readFileSync(file, "utf8"))[name];
      if (image) return image;
    } catch (error) {
      if (source === "registry") throw error;
    }
  }
  throw new Error(`images/registry.json names no image ${name}`);
}

export interface TestContext extends OperationContext {
  messages: string[];
}

export function testContext(signal = new AbortController().signal): TestContext {
  const messages: string[] = [];
  const note = (message: string) => void messages.push(message);
  return {
    urn: "test",
    preview: false,
    signal,
    messages,
    log: (_severity, message) => note(message),
    status: note,
  };
}

/** Checks inputs, as the engine does before an operation. */
export async function checked<I extends object>(handler: ResourceHandler<I, object>, news: I): Promise<I> {
  const result = await handler.check?.(news, undefined);
  if (result?.failures?.length) throw new Error(JSON.stringify(result.failures));
  return (result?.inputs as I | undefined) ?? news;
}

/** What the next `up --refresh` would change in a resource: its inputs, or undefined if it does not exist. */
export async function drift<I extends object>(
  handler: ResourceHandler<I, object>,
  id: string,
  inputs: I,
): Promise<PropertyMap | undefined> {
  const live = await handler.read(id, { inputs, outputs: {} });
  return live && (handler.diff(id, live, inputs).detailed ?? {});
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

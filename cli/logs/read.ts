/** Reads logs of containers from Docker. */
import type Docker from "dockerode";
import { LogLines, logLines } from "../../plugins/docker/formats/log-lines.ts";
import type { ServiceLine } from "./merge.ts";
import type { LineRange } from "./selection.ts";

export interface LogSource {
  readonly id: string;
  readonly service: string;
}

const both = { stdout: true, stderr: true, timestamps: true } as const;
const seconds = (milliseconds: number) => milliseconds / 1000;

/** All lines until now. Docker keeps 30 MB of each container. */
export async function readLog(
  docker: Docker,
  { id, service }: LogSource,
  { since, tail }: LineRange,
): Promise<ServiceLine[]> {
  const log = await docker.getContainer(id).logs({
    ...both,
    ...(since !== undefined && { since: seconds(since) }),
    ...(tail !== undefined && { tail }),
  });
  return logLines(log).map((line) => ({ ...line, service }));
}

/** Calls `onLine` for every line since a time, until the container ends or `signal` is aborted. */
export async function followLog(
  docker: Docker,
  { id, service }: LogSource,
  since: number,
  signal: AbortSignal,
  onLine: (line: ServiceLine) => void,
): Promise<void> {
  const options = { ...both, follow: true as const, since: seconds(since), abortSignal: signal };
  const lines = new LogLines();
  try {
    for await (const chunk of await docker.getContainer(id).logs(options)) {
      for (const line of lines.push(Buffer.from(chunk))) onLine({ ...line, service });
    }
    for (const line of lines.end()) onLine({ ...line, service });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

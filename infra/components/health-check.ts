import type * as docker from "@pulumi/docker";

/**
 * Runs the command `$0`, for 5 s at most. After the container's first minute, a success lasts 25 s longer. Docker rewrites
 * /etc/hosts at each start.
 */
const CHECK = [
  'timeout 5 sh -c "$0" || exit 1',
  "[ $(($(date +%s) - $(stat -c %Y /etc/hosts))) -lt 60 ] || sleep 25",
].join("\n");

/**
 * How Docker checks that a container is healthy: every 5 s in its first minute, because a start waits for the result,
 * and every 30 s later, because a check costs Docker more than it costs the service. Before version 25, Docker has a
 * single interval. A container is unhealthy after six failures, 5 s apart.
 *
 * @param command a shell command that succeeds when the service is ready
 */
export function healthChecks(command: string): docker.types.input.ContainerHealthcheck {
  return {
    tests: ["CMD", "sh", "-c", CHECK, command],
    // Durations as Go prints them: 60s would come back as 1m0s, and be a change at each refresh.
    interval: "5s",
    timeout: "35s",
    retries: 6,
    startPeriod: "1m0s",
  };
}

/* The commands are for images that contain bash. They start no other runtime: a JVM would take seconds of CPU. */

/** A health check that succeeds when something listens on a port. */
export function listensOn(port: number): string {
  return `bash -c '</dev/tcp/localhost/${port}'`;
}

/**
 * A health check that succeeds when an HTTP server answers with status 200.
 *
 * @param test a command that the answer is piped into, and that has to succeed, too
 */
export function answersHttp(port: number, path: string, { host = "localhost", test = "cat" } = {}): string {
  const request = `GET ${path} HTTP/1.1\\r\\nHost: ${host}:${port}\\r\\nConnection: close\\r\\n\\r\\n`;
  return (
    `bash -c 'exec 3<>/dev/tcp/${host}/${port} && printf "${request}" >&3 && ` +
    `read -r _ status _ <&3 && [ "$status" = 200 ] && ${test} <&3 >/dev/null'`
  );
}

/** Host ports for a stack of this worker: test files that run at the same time do not share one. */

const WORKER = Number(process.env.VITEST_POOL_ID ?? 1);

/** @param step added to each port: 1 gives a set that shares no port with the first */
export function stackPorts(step = 0) {
  const base = 20_000 + 1_000 * WORKER;
  return {
    kafkaPort: base + 92 + step,
    flinkPort: base + 81 + step,
    sqlGatewayPort: base + 83 + step,
    postgresPort: base + 432 + step,
    pgadminPort: base + 50 + step,
  };
}

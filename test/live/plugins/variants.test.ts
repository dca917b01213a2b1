/**
 * The verdicts on edits of this project's SQL, as it is today. The same verdicts are tested without a gateway in
 * `test/unit/plugins/commerce/statement-set/plan/variants.test.ts`; RECORD_PLANS=1 records the plans for it.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QUICK_START } from "../../../infra/components/jvm.ts";
import { type SqlGateway, sqlGateway } from "../../../plugins/commerce/clients/sql-gateway.ts";
import type { CompiledPlan } from "../../../plugins/commerce/statement-set/plan/compiled-plan.ts";
import { expectVerdict } from "../../unit/plugins/commerce/statement-set/plan/expect-verdict.ts";
import { recordPlans } from "../../unit/plugins/commerce/statement-set/plan/recorded-plans.ts";
import { BASE, VARIANTS } from "../../unit/plugins/commerce/statement-set/plan/variants.ts";
import { docker } from "../support/docker.ts";
import { flinkImage } from "../support/flink-cluster.ts";
import { testName } from "../support/leftovers.ts";
import { compileVariant } from "./compile-variant.ts";

const CONTAINER = testName("variants");
const plans = new Map<string, CompiledPlan>();
let gateway: SqlGateway;

const remove = () => docker("rm", "--force", "--volumes", CONTAINER).catch(() => undefined);
const compile = (edit: (sql: string) => string) =>
  compileVariant(gateway, edit, (path) => docker("exec", CONTAINER, "cat", path));

beforeAll(async () => {
  await remove();
  const limits = [
    "--memory",
    "768m",
    "--env",
    `JVM_ARGS=-Xmx320m ${QUICK_START}`,
    "--publish",
    "127.0.0.1::8083",
  ];
  const command = ["/opt/flink/bin/sql-gateway.sh", "start-foreground"];
  const options = ["address=0.0.0.0", "port=8083"].map((option) => `-Dsql-gateway.endpoint.rest.${option}`);
  const image = await flinkImage();
  await docker("run", "--detach", "--name", CONTAINER, ...limits, image, ...command, ...options);
  const port = (await docker("port", CONTAINER, "8083")).split(":").at(-1);
  gateway = sqlGateway(`http://127.0.0.1:${port}`);
  plans.set(BASE, await compile((sql) => sql));
});
afterAll(async () => {
  await remove();
  if (process.env.RECORD_PLANS !== undefined) recordPlans(plans);
});

describe("an edit of today's SQL", () => {
  it.each(VARIANTS)("$name", async (variant) => {
    const base = plans.get(BASE);
    const plan = await compile(variant.edit);
    plans.set(variant.name, plan);
    expect(base).toBeDefined();
    if (base) expectVerdict(base, plan, variant);
  });
});

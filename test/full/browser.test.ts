/**
 * What people see in a browser: the report page, pgAdmin with the tables, Flink's page with the job.
 * COMMERCE_SCREENSHOTS=docs/screenshots writes the pictures that the documentation shows.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBrowser } from "../live/support/browser.ts";
import { docker } from "../live/support/docker.ts";
import { stackPorts } from "../live/support/ports.ts";
import { useStack } from "../live/support/stack.ts";
import { eventually } from "../live/support/wait.ts";
import { Postgres } from "../oracle/postgres.ts";

const STACK = "live-browser";
const stack = useStack(STACK, {
  eventsPerSecond: "10",
  partitions: 2,
  checkpointInterval: 2,
  ...stackPorts(),
});
const open = useBrowser();
const folder = mkdtempSync(join(tmpdir(), "commerce-browser-"));
let outputs: Record<string, string>;

beforeAll(async () => {
  const run = await stack.workspace.commerce("up", ["--yes", "--no-proof"]);
  expect(run.code, run.text).toBe(0);
  outputs = await stack.workspace.outputs();
});
afterAll(() => rmSync(folder, { recursive: true }));

const query = (sql: string) => Postgres.with(outputs.readerUrl as string, (postgres) => postgres.query(sql));

async function picture(page: Page, name: string): Promise<void> {
  const to = process.env.COMMERCE_SCREENSHOTS;
  if (to !== undefined) await page.screenshot({ path: join(to, `${name}.png`) });
}

describe("the report page", () => {
  const file = join(folder, "report.html");
  const url = pathToFileURL(file).href;

  beforeAll(async () => {
    const event = join(folder, "broken.json");
    writeFileSync(event, '{"transactionId":"x"}\n');
    const broken = await stack.workspace.commerce("events", ["send", event]);
    expect(broken.code, broken.text).toBe(0);
    await eventually("a dead letter", async () => (await query("SELECT FROM dead_letters"))[0] && true);
    const run = await stack.workspace.commerce("report", [file]);
    expect(run.code, run.text).toBe(0);
  });

  it.each([
    ["a desktop", 1280, "light"],
    ["a desktop", 1280, "dark"],
    ["a phone", 375, "light"],
    ["a phone", 375, "dark"],
  ] as const)("fits %s of %i pixels, %s", async (_device, width, colorScheme) => {
    const { page, elsewhere, errors } = await open(url, { viewport: { width, height: 800 }, colorScheme });
    const needed = await page.evaluate<number>("document.documentElement.scrollWidth");
    const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(needed).toBeLessThanOrEqual(width);
    const [red = 0] = (/\d+/.exec(ground) ?? []).map(Number);
    expect(red > 127 ? "light" : "dark").toBe(colorScheme);
    expect(elsewhere).toEqual([]);
    expect(errors).toEqual([]);
    if (width > 1000) await picture(page, `report-${colorScheme}`);
  });

  it("shows the pipeline at work", async () => {
    const { page } = await open(url);
    const text = await page.locator("body").innerText();
    for (const part of [
      "healthy",
      "Kafka",
      "RUNNING for",
      "the account closes",
      "Half of them could be read",
    ])
      expect(text).toContain(part);
    const titles = await page.getByRole("heading", { level: 2 }).allInnerTexts();
    expect(titles).toEqual([
      ...["Every event is accounted for", "Throughput and latency", "Sales by category", "Sales by day"],
      ...["Sales by minute", "Checkpoints", "Dead letters"],
    ]);
    const columns = page.locator("section", { hasText: "Throughput" }).locator("rect");
    expect(await columns.count()).toBeGreaterThan(20);
    const [letter] = await query("SELECT reason FROM dead_letters");
    expect(text).toContain(String(letter?.reason).replace(/\d+/g, "N"));
    const categories = await query("SELECT DISTINCT category FROM sales_per_category");
    for (const { category } of categories) expect(text).toContain(category);
  });
});

describe("pgAdmin", () => {
  it("shows rows of a table after a login, without another password", async () => {
    const { page, elsewhere } = await open(outputs.pgadminUrl as string);
    await page.locator('input[name="email"]').fill(outputs.pgadminEmail as string);
    await page.locator('input[name="password"]').fill(outputs.pgadminPassword as string);
    await page.locator('button[name="internal_button"]').click();
    await page.waitForURL(/\/browser\//);

    const entry = (name: string) =>
      page
        .locator(".file-entry")
        .filter({ has: page.locator(".file-name").getByText(name, { exact: true }) })
        .first();
    const path = [
      "Servers",
      "Commerce pipeline",
      "Databases",
      "kafka_commerce",
      "Schemas",
      "public",
      "Tables",
    ];
    const unfold = async () => {
      for (const [at, name] of path.entries()) {
        const child = entry(path[at + 1] ?? "sales_per_category");
        const closed = entry(name).locator(".directory-toggle:not(.open):not(.loading)");
        // A click before the page is ready has no effect.
        await eventually(
          `what is in ${name}`,
          async () => {
            if (await closed.isVisible()) await closed.click({ timeout: 5_000 });
            await child.waitFor({ timeout: 5_000 });
            return true;
          },
          30_000,
        );
      }
    };
    // On a busy machine, pgAdmin now and then shows a branch as open and empty, until the page is loaded again.
    page.on("dialog", (question) => question.accept());
    const unfoldOrReload = async () => {
      try {
        await unfold();
        return true;
      } catch (error) {
        await page.reload();
        throw error;
      }
    };
    await eventually("the tables in the tree", unfoldOrReload, 400_000);
    await entry("sales_per_category").click({ button: "right" });
    await page.getByRole("menuitem", { name: "View/Edit Data" }).hover();
    await page.getByRole("menuitem", { name: "First 100 Rows" }).click();

    const [first] = await query(
      "SELECT category FROM sales_per_category ORDER BY category, currency LIMIT 1",
    );
    const cell = page
      .frameLocator('iframe[id^="id-query-tool"]')
      .getByRole("gridcell", { name: String(first?.category) });
    await cell.first().waitFor();
    await picture(page, "pgadmin");
    expect(elsewhere).toEqual([]);
  });
});

describe("the saved queries", () => {
  const names = readdirSync("sql/queries");

  it("are among the user's files in pgAdmin", async () => {
    const folder = `/var/lib/pgadmin/storage/${outputs.pgadminEmail?.replace("@", "_")}/Commerce pipeline`;
    expect((await docker("exec", stack.container("pgadmin"), "ls", folder)).split("\n")).toEqual(
      names.sort(),
    );
  });

  it.each(names)("can be run by the reader: %s", async (name) => {
    const rows = await query(readFileSync(join("sql/queries", name), "utf8"));
    if (name === "check-totals.sql") return;
    expect(rows.length).toBeGreaterThan(0);
  });
});

describe("Flink's page", () => {
  it("shows the running job with its tables", async () => {
    const { page, elsewhere } = await open(outputs.flinkUrl as string);
    await page
      .getByRole("row", { name: /RUNNING/ })
      .first()
      .click();
    await page.waitForURL(new RegExp(`job/running/${outputs.jobId}/overview`));
    const graph = page.locator("foreignObject");
    await graph.first().waitFor();
    const operators = (await graph.allTextContents()).join("\n");
    for (const part of ["raw_events", "OverAggregate by transactionId", "transactions", "sales_per_day"])
      expect(operators).toContain(part);
    await picture(page, "flink");
    expect(elsewhere).toEqual([]);
  });
});

/** What the sink's journal does after a failure: rows that no checkpoint covers are undone. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasEnded } from "../../plugins/commerce/clients/flink-rest.ts";
import { docker } from "../live/support/docker.ts";
import { useFlink } from "../live/support/flink-cluster.ts";
import { usePostgres } from "../live/support/postgres-server.ts";
import { ids, NUMBERS, sinkTables } from "../live/support/sink-tables.ts";
import { eventually } from "../live/support/wait.ts";

const flink = useFlink("sink-undo");
const postgres = usePostgres("sink-undo", flink.network);
const { createWriter, create, sink, run, first, content } = sinkTables(flink, postgres);
beforeAll(createWriter);

const RESTARTS = {
  "table.dml-sync": "false",
  "restart-strategy.type": "fixed-delay",
  "restart-strategy.fixed-delay.attempts": "100",
  "restart-strategy.fixed-delay.delay": "500 ms",
};

describe("rows that no checkpoint covers", () => {
  const jobs = () => flink.cluster.jobs();
  const checkpoints = (job: string) => flink.cluster.checkpoints(job);
  const failures = (job: string) => flink.cluster.failures(job);
  // The job of a failed test would keep its slots.
  afterEach(async () => {
    for (const job of await jobs()) if (!hasEnded(job)) await flink.cluster.cancel(job.id);
  });
  const finished = (job: string) =>
    eventually(
      "the job to finish",
      async () => (await jobs()).some(({ id, state }) => id === job && state === "FINISHED") || undefined,
      120_000,
    );
  const checkpoint = async (job: string) => {
    const { completed } = await checkpoints(job);
    await flink.cluster.triggerCheckpoint(job);
    const isDone = async () => (await checkpoints(job)).completed > completed || undefined;
    await eventually("the checkpoint", isDone, 10_000, 50);
  };
  const restartTaskManager = async () => {
    await docker("kill", flink.taskManager);
    await docker("start", flink.taskManager);
  };
  const entries = async (table: string) =>
    (
      await first(
        `SELECT COUNT(*)::int AS entries FROM commerce_sink.journal WHERE target = '${table}'::regclass`,
      )
    ).entries;

  it("are undone, so that none is left that the job computes differently the second time", async () => {
    const last = 100_000;
    const groups = "k BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED";
    const once = "id BIGINT, draw STRING, PRIMARY KEY (id, draw) NOT ENFORCED";
    await create("drawn", once);
    await create("summed", groups);
    const job = await run(
      [
        sink("drawn", once),
        sink("summed", groups, { "sink.buffer-flush.interval": "20 ms" }),
        ids(last, 1_000),
        // Drawn again after a failure.
        "CREATE VIEW draws AS SELECT id, UUID() AS draw, CAST(FLOOR(RAND() * 1000000) AS BIGINT) AS k FROM ids",
        `EXECUTE STATEMENT SET BEGIN
           INSERT INTO drawn SELECT id, draw FROM draws;
           INSERT INTO summed SELECT MOD(k, 20000), SUM(1) FROM draws GROUP BY MOD(k, 20000);
         END`,
      ],
      { ...RESTARTS, "parallelism.default": "2", "execution.checkpointing.interval": "1 s" },
    );
    for (let kills = 1; kills <= 2; kills++) {
      // Each kill meets a job that runs: after the previous failure it has made another checkpoint.
      const { completed } = await checkpoints(job);
      const isUnderWay = async () => (await checkpoints(job)).completed > completed || undefined;
      await eventually("a checkpoint", isUnderWay, 120_000, 50);
      // Between two checkpoints.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const before = (await failures(job)).length;
      await restartTaskManager();
      const hasFailed = async () => (await failures(job)).length > before || undefined;
      await eventually("a failure", hasFailed);
    }
    await finished(job);
    expect(await first("SELECT COUNT(*)::int AS rows, COUNT(DISTINCT id)::int AS ids FROM drawn")).toEqual({
      rows: last,
      ids: last,
    });
    expect(await first("SELECT SUM(v)::int AS sum FROM summed")).toEqual({ sum: last });
  });

  /** Rows of ids up to 20 come before the checkpoint, those of other ids from 101 after it. */
  const CHANGES = `SELECT CASE WHEN id > 100 THEN id - 100 ELSE id END AS k,
      CASE WHEN id BETWEEN 101 AND 105 THEN -1 WHEN id > 105 THEN 5 ELSE 1 END AS v
    FROM ids WHERE id <= 20 OR id BETWEEN 101 AND 110 OR id BETWEEN 121 AND 125`;

  /** @returns the job, in which each table has rows of both kinds and only a checkpoint between them */
  async function changed(tables: string[]): Promise<string> {
    const job = await run(
      [
        ...tables.flatMap((table) => [sink(table, NUMBERS), sink(`${table}_inserted`, NUMBERS)]),
        ids(100_000, 10),
        `EXECUTE STATEMENT SET BEGIN ${tables
          .map(
            (table) => `
          INSERT INTO ${table} SELECT k, SUM(v) FROM (${CHANGES}) GROUP BY k HAVING SUM(v) > 0;
          INSERT INTO ${table}_inserted SELECT id, id FROM ids WHERE id <= 20 OR id BETWEEN 101 AND 125;`,
          )
          .join("")} END`,
      ],
      { ...RESTARTS, "execution.checkpointing.interval": "1 h" },
    );
    const rows = (count: number, what: string) =>
      eventually(
        what,
        async () => {
          const counts = tables.map((table) => `(SELECT COUNT(*)::int FROM ${table}_inserted)`);
          const found = await first(`SELECT ARRAY[${counts.join(", ")}] AS counts`);
          return found.counts.every((one: number) => one === count) || undefined;
        },
        120_000,
        100,
      );
    await rows(20, "the first rows");
    await checkpoint(job);
    await rows(45, "the other rows");
    return job;
  }

  /** Copies a table as soon as a run of the job has undone the rows of the previous run. */
  const copyWhenUndone = (table: string) =>
    postgres.sql(`CREATE TABLE ${table}_then AS TABLE ${table} WITH NO DATA;
      CREATE FUNCTION copy_${table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        'BEGIN INSERT INTO ${table}_then SELECT * FROM ${table}; RETURN NULL; END';
      CREATE TRIGGER copy_${table} AFTER UPDATE ON commerce_sink.runs FOR EACH ROW
        WHEN (NEW.target = '${table}'::regclass) EXECUTE FUNCTION copy_${table}()`);
  const undone = (table: string) =>
    eventually(
      `the copy of ${table}`,
      async () => (await content(`${table}_then`)) ?? undefined,
      120_000,
      100,
    );

  it("get back inserted, updated and deleted rows; what others changed meanwhile stays", async () => {
    await create("changed", NUMBERS);
    await postgres.sql("ALTER TABLE changed ADD note text DEFAULT 'none', ADD gone text DEFAULT 'gone'");
    await create("changed_inserted", NUMBERS);
    await create("recreated", NUMBERS);
    await create("recreated_inserted", NUMBERS);
    const job = await changed(["changed", "recreated"]);
    const after =
      "6=6 7=6 8=6 9=6 10=6 11=1 12=1 13=1 14=1 15=1 16=1 17=1 18=1 19=1 20=1 21=5 22=5 23=5 24=5 25=5";
    // Each sink writes in its own time.
    await eventually("the sums", async () => (await content("changed")) === after || undefined, 120_000, 100);

    await docker("kill", flink.taskManager);
    await postgres.sql(`
      ALTER TABLE changed DROP gone;
      UPDATE changed SET note = 'mine' WHERE k = 6;
      DELETE FROM changed WHERE k IN (7, 20);
      DROP TABLE recreated;
      CREATE TABLE recreated (k bigint PRIMARY KEY, v bigint);
      INSERT INTO recreated VALUES (21, 21)`);
    for (const table of ["changed", "changed_inserted"]) await copyWhenUndone(table);
    await docker("start", flink.taskManager);
    const ones = (keys: number[]) => keys.map((key) => `${key}=1`).join(" ");
    const kept = Array.from({ length: 19 }, (_, at) => at + 1).filter((key) => key !== 7);
    expect(await undone("changed")).toBe(ones(kept));
    expect(await undone("changed_inserted")).toBe(
      Array.from({ length: 20 }, (_, at) => `${at + 1}=${at + 1}`).join(" "),
    );
    const noted = "SELECT STRING_AGG(k::text, ' ') AS noted FROM changed_then WHERE note = 'mine'";
    expect(await first(noted)).toEqual({ noted: "6" });
    expect(await content("recreated WHERE k = 21")).toMatch(/^21=/);
    await flink.cluster.cancel(job);
  });

  it("get back a row that another session inserted while the batch was being written", async () => {
    await create("raced", NUMBERS);
    const job = await run(
      [
        sink("raced", NUMBERS),
        ids(100_000, 10),
        // Each batch updates key 0, so it is merged.
        `INSERT INTO raced SELECT k, SUM(1) FROM (SELECT id AS k FROM ids UNION ALL SELECT CAST(0 AS BIGINT) FROM ids)
         GROUP BY k`,
      ],
      { ...RESTARTS, "execution.checkpointing.interval": "1 h" },
    );
    // The sink waits for this transaction, which inserts a key that the snapshot of its own statement does not have.
    await postgres.sql("BEGIN; INSERT INTO raced VALUES (45, -45); SELECT pg_sleep(8); COMMIT");
    await eventually("the row", async () => (await content("raced WHERE k = 45")) === "45=1" || undefined);
    await docker("kill", flink.taskManager);
    await copyWhenUndone("raced");
    await docker("start", flink.taskManager);
    expect(await undone("raced")).toBe("45=-45");
    await flink.cluster.cancel(job);
  });

  it("may be dropped by a trigger", async () => {
    // Columns with names that the sink's own statements use.
    const columns = "k BIGINT, `old` BIGINT, added BIGINT, PRIMARY KEY (k) NOT ENFORCED";
    await create("filtered", columns);
    await postgres.sql(`
      CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER drop_even BEFORE INSERT ON filtered FOR EACH ROW WHEN (NEW.k % 2 = 0) EXECUTE FUNCTION drop_row()`);
    const job = await run(
      [
        sink("filtered", columns),
        ids(60, 20),
        // Each batch updates key 61, so it is merged.
        `INSERT INTO filtered SELECT k, SUM(1), SUM(1) FROM (SELECT id AS k FROM ids UNION ALL SELECT CAST(61 AS BIGINT) FROM ids)
         GROUP BY k`,
      ],
      { ...RESTARTS, "execution.checkpointing.interval": "1 s" },
    );
    await finished(job);
    const odd = Array.from({ length: 30 }, (_, at) => `${2 * at + 1}=1`);
    expect(await content("filtered", "k || '=' || old")).toBe([...odd, "61=60"].join(" "));
  });

  it("may be in another schema, under names that must be quoted", async () => {
    const columns = "`user` STRING, v STRING, PRIMARY KEY (`user`) NOT ENFORCED";
    await postgres.sql("CREATE SCHEMA odd; GRANT USAGE ON SCHEMA odd TO flink_writer");
    await create('odd."order"', columns);
    const job = await run(
      [
        sink("odd.order", columns).replace("TABLE order", "TABLE orders"),
        ids(40_000, 2_000),
        "INSERT INTO orders SELECT UUID(), CAST(id AS STRING) FROM ids",
      ],
      { ...RESTARTS, "execution.checkpointing.interval": "1 s" },
    );
    await eventually(
      "a checkpoint",
      async () => (await checkpoints(job)).completed > 1 || undefined,
      120_000,
      50,
    );
    await restartTaskManager();
    await finished(job);
    const found = 'SELECT COUNT(*)::int AS rows, COUNT(DISTINCT v)::int AS ids FROM odd."order"';
    expect(await first(found)).toEqual({ rows: 40_000, ids: 40_000 });
  });

  it("are in the journal until a checkpoint covers them", async () => {
    await create("covered", NUMBERS);
    const job = await run(
      [sink("covered", NUMBERS), ids(100_000, 100), "INSERT INTO covered SELECT id, id FROM ids"],
      {
        ...RESTARTS,
        "execution.checkpointing.interval": "1 h",
      },
    );
    await eventually("entries", async () => (await entries("covered")) > 3 || undefined, 120_000, 100);
    const { last } = await first(
      "SELECT MAX(id) AS last FROM commerce_sink.journal WHERE target = 'covered'::regclass",
    );
    await checkpoint(job);
    const left = `SELECT COUNT(*)::int AS left FROM commerce_sink.journal WHERE target = 'covered'::regclass AND id <= ${last}`;
    await eventually("old entries to go", async () => (await first(left)).left === 0 || undefined, 10_000);
    await flink.cluster.cancel(job);
  });

  it("are not written by a run that another one has superseded", async () => {
    await create("fenced", NUMBERS);
    const job = await run(
      [sink("fenced", NUMBERS), ids(100_000, 100), "INSERT INTO fenced SELECT id, id FROM ids"],
      {
        ...RESTARTS,
        "restart-strategy.fixed-delay.delay": "1 h",
        "execution.checkpointing.interval": "1 h",
      },
    );
    await eventually("rows", async () => (await content("fenced")) ?? undefined);
    await postgres.sql(`BEGIN;
      UPDATE commerce_sink.runs SET job = 'another' WHERE target = 'fenced'::regclass;
      CREATE TABLE fenced_then AS TABLE fenced;
      COMMIT`);
    await eventually("a failure", async () => (await failures(job)).length > 0 || undefined);
    expect((await failures(job))[0]?.message).toContain(
      "table fenced is now written by a newer run of this job, or by another job",
    );
    // A batch that was being written may have been committed before the copy was.
    const { rows } = await first(
      "SELECT COUNT(*)::int - (SELECT COUNT(*)::int FROM fenced_then) AS rows FROM fenced",
    );
    expect(rows).toBeLessThanOrEqual(100);
    const count = await content("fenced", "k::text");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await content("fenced", "k::text")).toBe(count);
    await flink.cluster.cancel(job);
  });

  it("need the journal, unless the sink is told to do without", async () => {
    const job = (options: Record<string, string>) =>
      run(
        [sink("unjournaled", NUMBERS, options), ids(100), "INSERT INTO unjournaled SELECT id, id FROM ids"],
        {
          "execution.checkpointing.interval": "1 s",
        },
      );
    await create("unjournaled", NUMBERS);
    await postgres.sql("ALTER TABLE commerce_sink.journal RENAME TO journal_away");
    try {
      await expect(job({})).rejects.toThrow(
        "The sink cannot begin to write table unjournaled: the undo journal is missing",
      );
      await job({ "sink.journal": "false" });
      expect(await first("SELECT COUNT(*)::int AS rows FROM unjournaled")).toEqual({ rows: 100 });
    } finally {
      await postgres.sql("ALTER TABLE commerce_sink.journal_away RENAME TO journal");
    }
  });
});

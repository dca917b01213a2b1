/** The table sink `commerce-postgres` in its own Flink cluster. An independent Postgres client reads the rows. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { extremes, plain } from "../live/support/decimals.ts";
import { docker } from "../live/support/docker.ts";
import { useFlink } from "../live/support/flink-cluster.ts";
import { usePostgres } from "../live/support/postgres-server.ts";
import { type Column, ids, NUMBERS, sinkTables } from "../live/support/sink-tables.ts";
import { eventually } from "../live/support/wait.ts";

const flink = useFlink("postgres-sink");
const postgres = usePostgres("postgres-sink", flink.network);
const { createWriter, create, sink, run, roundTrip, first, content, wait } = sinkTables(flink, postgres);
beforeAll(createWriter);

const ONE_BATCH = { "sink.buffer-flush.interval": "1 h" };
const BATCH_PER_ROW = { "sink.buffer-flush.max-size": "1 b" };

describe("a written value", () => {
  it("is read back unchanged for every type, including extremes and NULL", async () => {
    const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString("hex");
    const days = ["1970-01-01", "2000-01-01", "1582-10-04", "1582-10-15", "9999-12-31", "0001-01-01"];
    const moments = days.map((day) => `${day} 23:59:59`);
    const { given, back } = await roundTrip("types", [
      ["STRING", ["", "é".repeat(255), "😀 漢", `it's "quoted" \\ \\N \\. ,`, "\ttab\nline\r\n", " padded "]],
      ["BYTES", ["\\x", `\\x${allBytes}`]],
      ["BOOLEAN", ["true", "false"]],
      ["SMALLINT", ["-32768", "32767", "0"]],
      ["INT", ["-2147483648", "2147483647", "-1"]],
      ["BIGINT", ["-9223372036854775808", "9223372036854775807", "-1"]],
      ["FLOAT", ["1.5", "-3.4028235e+38", "1e-45", "NaN", "Infinity", "-Infinity"]],
      ["DOUBLE PRECISION", ["0.1", "1.7976931348623157e+308", "-5e-324", "NaN", "Infinity", "-Infinity"]],
      ["DATE", days],
      ["TIME", ["00:00:00", "23:59:59", "12:34:56"]],
      ["TIMESTAMP(3)", [...moments, "1999-12-31 23:59:59.999", "2026-02-28 12:00:00.001"]],
      ["TIMESTAMP(6)", [...moments, "1969-12-31 23:59:59.999999", "2026-02-28 12:00:00.000001"]],
      [
        "TIMESTAMP_LTZ(3)",
        ["1999-12-31 23:59:59.999+00", "2038-01-19 03:14:08+00", "1969-12-31 23:59:59.001+00"],
      ],
      ...[
        extremes(18, 2),
        extremes(38, 2),
        extremes(38, 18),
        extremes(5, 0),
        extremes(18, 17),
        extremes(38, 38),
      ],
    ]);
    expect(back).toEqual(given);
  });

  it("is read back unchanged for decimals of every precision and scale", async () => {
    const column = fc.integer({ min: 1, max: 38 }).chain((precision) =>
      fc.nat(precision).chain((scale) => {
        const most = 10n ** BigInt(precision) - 1n;
        const values = fc.array(fc.bigInt({ min: -most, max: most }), { minLength: 12, maxLength: 12 });
        return values.map(
          (all): Column => [`DECIMAL(${precision}, ${scale})`, all.map((one) => plain(one, scale))],
        );
      }),
    );
    const { given, back } = await roundTrip("decimals", fc.sample(column, 40));
    expect(back).toEqual(given);
  });
});

describe("the binary forms that the Java tests expect", () => {
  it("are those that Postgres sends", async () => {
    const file = "../../flink-jars/postgres-sink/src/test/resources/binary-forms.tsv";
    const recorded = readFileSync(new URL(file, import.meta.url), "utf8")
      .trimEnd()
      .split("\n");
    const forms = recorded.map((line) => line.split("\t"));
    const functions = await postgres.sql("SELECT oid::regtype::text AS type, typsend AS send FROM pg_type");
    const send = new Map(functions.rows.map(({ type, send }) => [type, send]));
    const names: Record<string, string> = {
      varchar: "character varying",
      bpchar: "character",
      time: "time without time zone",
      timestamp: "timestamp without time zone",
      timestamptz: "timestamp with time zone",
    };
    const sent = forms.map(([, type = "", text = ""]) => {
      const base = type.replace(/\(.*/, "");
      return `encode(${send.get(names[base] ?? base)}('${text.replaceAll("'", "''")}'::${type}), 'hex')`;
    });
    const { rows } = await postgres.sql(
      `SELECT ARRAY[${sent.join(", ")}] AS forms`,
      "postgres",
      "-c TimeZone=UTC",
    );
    expect(rows[0].forms).toEqual(forms.map(([, , , bytes]) => bytes));
  });
});

describe("rows with the same key", () => {
  it.each([
    ["one_batch", ONE_BATCH, "1, 2, 3"],
    ["many_batches", BATCH_PER_ROW, "2, 3"],
  ])(
    "%s: the last one is kept, and unchanged rows are not written again",
    async (name, options, untouched) => {
      const columns = "k INT, v STRING, PRIMARY KEY (k) NOT ENFORCED";
      const insert = `INSERT INTO ${name} VALUES (1, 'old'), (2, 'same'), (3, 'fresh'), (1, 'new')`;
      const versions = (keys: string) => content(`${name} WHERE k IN (${keys})`, "ctid || '/' || xmin");
      await create(name, columns);
      await postgres.sql(`INSERT INTO ${name} VALUES (2, 'same'), (3, 'stale'), (4, 'other')`);
      const before = await versions("2, 4");

      await run([sink(name, columns, options), insert]);
      expect(await content(name)).toBe("1=new 2=same 3=fresh 4=other");
      expect(await versions("2, 4")).toBe(before);
      const written = await versions(untouched);
      await run([sink(name, columns, options), insert]);
      expect(await content(name)).toBe("1=new 2=same 3=fresh 4=other");
      expect(await versions(untouched)).toBe(written);
    },
  );

  it.each([
    ["deleted_at_once", ONE_BATCH, 1],
    ["deleted_one_by_one", BATCH_PER_ROW, 3],
  ])("%s: reflect the deletions in a changelog", async (name, options, transactions) => {
    const columns = "k STRING, v BIGINT, PRIMARY KEY (k) NOT ENFORCED";
    await create(name, columns);
    await postgres.sql(`INSERT INTO ${name} VALUES ('gone', 9), ('other', 9)`);
    const changes = `('gone', 5), ('back', 1), ('gone', -5), ('stays', 3), ('back', -1), ('twice', 1), ('grows', 1),
      ('twice', -1), ('back', 7), ('twice', 2), ('grows', 2), ('twice', -2)`;
    await run([
      sink(name, columns, options),
      `INSERT INTO ${name} SELECT k, SUM(CAST(v AS BIGINT)) FROM (VALUES ${changes}) AS t (k, v)
       GROUP BY k HAVING SUM(CAST(v AS BIGINT)) > 0`,
    ]);
    expect(await content(name)).toBe("back=7 grows=3 other=9 stays=3");
    const written = `SELECT COUNT(DISTINCT xmin::text)::int AS transactions FROM ${name} WHERE k <> 'other'`;
    expect(await first(written)).toEqual({ transactions });
  });

  it("may consist of the key alone, with names that must be quoted", async () => {
    const columns =
      "`user` STRING, `order` INT, theKey BIGINT, PRIMARY KEY (`user`, `order`, theKey) NOT ENFORCED";
    const table = sink("odd.Group", columns).replace("TABLE Group", "TABLE keys");
    const users = () =>
      first('SELECT STRING_AGG("user", \' \' ORDER BY "user", thekey) AS found FROM odd."group"');
    await postgres.sql("CREATE SCHEMA odd; GRANT USAGE ON SCHEMA odd TO flink_writer");
    await create('odd."group"', columns);
    await run([table, "INSERT INTO keys VALUES ('a', 1, 2), ('b', 1, 2), ('a', 1, 2)"]);
    expect(await users()).toEqual({ found: "a b" });
    await run([
      table,
      `INSERT INTO keys SELECT * FROM (VALUES ('b', 1, CAST(2 AS BIGINT)), ('c', 1, 2), ('b', 1, 2)) AS t (u, o, m)
       GROUP BY u, o, m HAVING COUNT(*) < 2`,
    ]);
    expect(await users()).toEqual({ found: "a c" });
  });

  it("may have wider types in Postgres", async () => {
    await postgres.sql("CREATE TABLE wider (k bigint PRIMARY KEY, v double precision)");
    const wider = sink("wider", "k INT, v FLOAT, PRIMARY KEY (k) NOT ENFORCED");
    await run([wider, "INSERT INTO wider VALUES (1, CAST(1.5 AS FLOAT)), (-2, CAST(-0.25 AS FLOAT))"]);
    expect(await content("wider")).toBe("-2=-0.25 1=1.5");
  });

  it("are converted as soon as a column changes to another type of the same size", async () => {
    await create("altered", NUMBERS);
    const written = run([
      sink("altered", NUMBERS),
      ids(10_000, 2_000),
      "INSERT INTO altered SELECT id, id FROM ids",
    ]);
    await eventually("rows", async () => (await content("altered")) !== null || undefined);
    await postgres.sql("ALTER TABLE altered ALTER v TYPE double precision");
    await written;
    const { right } = await first("SELECT COUNT(*) FILTER (WHERE v = k)::int AS right FROM altered");
    expect(right).toBe(10_000);
  });

  it("may recur after many batches, among new keys", async () => {
    const key = "CASE WHEN MOD(id, 3) = 0 THEN 1000 + id ELSE MOD(id * id, 701) END";
    await create("again", NUMBERS);
    await run([
      sink("again", NUMBERS, { "sink.buffer-flush.max-size": "4 kb" }),
      ids(20_000),
      `INSERT INTO again SELECT ${key}, id FROM ids`,
    ]);
    const due = `SELECT ${key} AS k, MAX(id) AS v FROM generate_series(1::bigint, 20000) AS id GROUP BY 1`;
    const wrong = `FROM again FULL JOIN (${due}) AS due USING (k, v) WHERE again IS NULL OR due IS NULL`;
    expect(await first(`SELECT COUNT(*)::int AS wrong ${wrong}`)).toEqual({ wrong: 0 });
  });

  it("may come from two subtasks that deadlock in Postgres", async () => {
    const keys = 1_000;
    await create("contended", NUMBERS);
    await wait("contended", 0.0005, "FOR EACH ROW");
    await run(
      [
        sink("contended", NUMBERS, { "sink.buffer-flush.max-size": "8 kb" }),
        ids(2 * keys),
        // One subtask has the odd ids and the other the even ones: each writes all keys, in opposite orders.
        `INSERT INTO contended SELECT IF(MOD(id, 2) = 1, (id + 1) / 2, ${keys + 1} - id / 2), id FROM ids`,
      ],
      { "parallelism.default": "2" },
    );
    const counts = "SELECT COUNT(*)::int AS rows, MIN(k)::int, MAX(k)::int FROM contended";
    expect(await first(counts)).toEqual({ rows: keys, min: 1, max: keys });
    await eventually("Postgres to have counted a deadlock", async () => {
      const { deadlocks } = await first("SELECT SUM(deadlocks)::int AS deadlocks FROM pg_stat_database");
      return deadlocks > 0 || undefined;
    });
  });
});

describe("a table that cannot be written", () => {
  const key = ", PRIMARY KEY (k) NOT ENFORCED";
  it.each([
    ["no key", "k INT", {}, /needs a PRIMARY KEY .* would write its rows a second time/],
    [
      "other types",
      `k INT, a ARRAY<INT>, r ROW<b INT>${key}`,
      {},
      /not write: `a` ARRAY<INT>, `r` ROW<`b` INT>/,
    ],
    [
      "another database",
      `k INT${key}`,
      { url: "jdbc:mysql://x" },
      /mysql:\/\/x does not begin with jdbc:post/,
    ],
    ["no wait", `k INT${key}`, { "sink.buffer-flush.interval": "0 s" }, /interval: must be at least 1 ms/],
    [
      "huge batches",
      `k INT${key}`,
      { "sink.buffer-flush.max-size": "3 gb" },
      /max-size: must be at most 64 mb/,
    ],
  ])("is refused at planning time: %s", async (_, columns, options, reason) => {
    const source = `CREATE TABLE source (${columns.replace(key, "")}) WITH ('connector' = 'datagen')`;
    const planned = run([
      sink("bad", columns, options),
      source,
      "EXPLAIN INSERT INTO bad SELECT * FROM source",
    ]);
    await expect(planned).rejects.toThrow(reason);
  });

  it.each([
    ["not_null", "v INT NOT NULL, PRIMARY KEY (k)", "CAST(NULL AS INT)", 'null value in column "v"'],
    [
      "checked",
      "v INT CHECK (v > 0), PRIMARY KEY (k)",
      "-1",
      '"checked" violates check constraint "checked_v_check"',
    ],
    [
      "keyless",
      "v INT",
      "1",
      "there is no unique or exclusion constraint matching the ON CONFLICT specification",
    ],
  ])("fails the job with its name and the error from Postgres: %s", async (name, columns, value, reason) => {
    await postgres.sql(`CREATE TABLE ${name} (k INT, ${columns})`);
    const failed = run([
      sink(name, `k INT, v INT${key}`),
      `INSERT INTO ${name} VALUES (1, 1), (2, ${value})`,
    ]);
    await expect(failed).rejects.toThrow(`Postgres did not take 2 rows for table ${name}: ERROR: `);
    await expect(failed).rejects.toThrow(reason);
    expect(await content(name)).toBeNull();
    await eventually("its connection to be closed", async () => {
      const open = `SELECT COUNT(*) AS count FROM pg_stat_activity WHERE application_name = 'Flink sink ${name}'`;
      return (await first(open)).count === "0" || undefined;
    });
  });
});

describe("a running job", () => {
  it("neither loses nor duplicates a row when its connections or its TaskManager are killed", async () => {
    const last = 60_000;
    await create("sequence", NUMBERS);
    // Slow statements, so that every kill is in the middle of a batch.
    await wait("sequence", 0.5, "FOR EACH STATEMENT");
    const job = await run(
      [sink("sequence", NUMBERS), ids(last, 3_000), "INSERT INTO sequence SELECT id, 2 * id FROM ids"],
      {
        "table.dml-sync": "false",
        "parallelism.default": "2",
        "execution.checkpointing.interval": "1 s",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": "100",
        "restart-strategy.fixed-delay.delay": "500 ms",
      },
    );
    const { checkpoints, failures, jobs } = flink.cluster;
    const count = async () => Number((await first("SELECT COUNT(*) FROM sequence")).count);
    const waitForMoreRows = async () => {
      const before = await count();
      await eventually("more rows", async () => (await count()) > before || undefined, 120_000, 100);
    };
    let ended = 0;
    for (let round = 0; round < 4; round++) {
      await waitForMoreRows();
      const backends = "FROM pg_stat_activity WHERE usename = 'flink_writer'";
      ended += Number((await first(`SELECT COUNT(pg_terminate_backend(pid)) ${backends}`)).count);
    }
    await waitForMoreRows();
    expect(ended).toBeGreaterThanOrEqual(4);
    expect(await failures(job)).toEqual([]);

    // Right after a checkpoint: rows for which the checkpoint did not wait would be lost.
    const { completed } = await checkpoints(job);
    const another = async () => (await checkpoints(job)).completed > completed || undefined;
    await eventually("a checkpoint", another, 120_000, 50);
    await docker("kill", flink.taskManager);
    expect(await count()).toBeLessThan(last);
    await docker("start", flink.taskManager);
    const finished = async () =>
      (await jobs()).some(({ id, state }) => id === job && state === "FINISHED") || undefined;
    await eventually("the job to finish", finished, 90_000);
    expect(await failures(job)).not.toEqual([]);
    const found = "COUNT(*)::int AS rows, MIN(k)::int, MAX(k)::int, BOOL_AND(v = 2 * k) AS exact";
    const all = { rows: last, min: 1, max: last, exact: true };
    expect(await first(`SELECT ${found} FROM sequence`)).toEqual(all);
  });
});

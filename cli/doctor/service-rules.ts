/** Causes in Kafka, Postgres and the web services, where their containers run. Pure. */
import { USERS } from "../../facts/pipeline.ts";
import type { Hint } from "../hints.ts";
import type { Found } from "../report/facts.ts";
import type { Cause, LiveFacts } from "./facts.ts";
import type { Services } from "./services.ts";

export function kafkaCauses({ report, hasTopic }: LiveFacts, { container }: Services, hint: Hint): Cause[] {
  const kafka = container("kafka");
  if (kafka === undefined) return [];
  if (hasTopic === false) {
    return [
      {
        code: "topic-missing",
        what: `the topic ${report.outputs.topic} was deleted, and its events with it`,
        fix: hint("up"),
      },
    ];
  }
  if (report.kafkaError !== undefined) {
    return [
      {
        code: "kafka-unreachable",
        what: `${kafka} runs, but Kafka does not answer: ${report.kafkaError}`,
        fix: `docker restart ${kafka}`,
      },
    ];
  }
  if (!report.isOtherTopic) return [];
  return [
    {
      code: "topic-recreated",
      what: `the topic ${report.outputs.topic} was deleted and created again since the job has read it`,
      fix: hint("up"),
    },
  ];
}

export function postgresCauses(live: LiveFacts, { container }: Services, hint: Hint): Cause[] {
  const postgres = container("postgres");
  if (postgres === undefined) return [];
  const { owner, report, alteredColumns, notWritable } = live;
  const found: Cause[] = [];
  if (owner?.ok === false) {
    const isRefused = isLoginRefused(owner.error);
    found.push({
      code: isRefused ? "owner-password" : "postgres-unreachable",
      what: isRefused
        ? `Postgres refuses the password of ${USERS.owner} that the state has: ${owner.error}`
        : `${postgres} runs, but Postgres does not answer: ${owner.error}`,
      // At every start the server sets the owner's password to the stack's.
      fix: `docker restart ${postgres}`,
    });
    if (!isRefused) return found;
  }
  if (live.writer?.ok === false && isLoginRefused(live.writer.error)) {
    found.push({
      code: "writer-password",
      what: `Postgres refuses the password of ${USERS.writer} that the job has: ${live.writer.error}`,
      fix: hint("up"),
    });
  }
  if (report.rows?.ok === false) found.push(readerCause(report.rows, hint));
  for (const table of report.missingTables) {
    found.push({ code: "table-missing", what: `the table ${table} was dropped`, fix: hint("up") });
  }
  for (const column of alteredColumns) {
    found.push({
      code: "table-altered",
      what: `the column ${column} was changed by hand`,
      fix: hint("up"),
    });
  }
  if (notWritable.length > 0) {
    found.push({
      code: "writer-privileges",
      what: `${USERS.writer}, as which the job writes, may not write ${notWritable.join(", ")}`,
      fix: hint("up"),
    });
  }
  return found;
}

function readerCause({ error }: Found<unknown> & { ok: false }, hint: Hint): Cause {
  if (isLoginRefused(error)) {
    return {
      code: "reader-password",
      what: `Postgres refuses the password of ${USERS.reader} that the state has: ${error}`,
      fix: hint("up"),
    };
  }
  if (error.includes("permission denied")) {
    return {
      code: "reader-privileges",
      what: `${USERS.reader} may not read the tables: ${error}`,
      fix: hint("up"),
    };
  }
  return { code: "tables-unreadable", what: `the tables cannot be read: ${error}`, fix: hint("up") };
}

export const isLoginRefused = (error: string) =>
  /password authentication failed|role ".*" (does not exist|is not permitted to log in)|no pg_hba.conf entry/i.test(
    error,
  );

export function webCauses({ gateway, pgAdmin }: LiveFacts, { container }: Services): Cause[] {
  const check = (
    service: "sql-gateway" | "pgadmin",
    answer: Found<unknown> | undefined,
    code: string,
    title: string,
  ) => {
    const name = container(service);
    if (name === undefined || answer?.ok !== false) return [];
    return [
      {
        code,
        what: `${name} runs, but ${title} does not answer: ${answer.error}`,
        fix: `docker restart ${name}`,
      },
    ];
  };
  return [
    ...check("sql-gateway", gateway, "gateway-unreachable", "the SQL Gateway"),
    ...check("pgadmin", pgAdmin, "pgadmin-unreachable", "pgAdmin"),
  ];
}

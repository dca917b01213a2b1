/** Causes in Kafka and the web services, where their containers run. Pure. */
import type { Hint } from "../hints.ts";
import { describeChange, fixOf } from "../report/drift-text.ts";
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
  if (!report.isOtherTopic) {
    return (report.drift?.topic ?? []).map((change) => ({
      code: "topic-altered",
      what: `the topic ${report.outputs.topic} was changed by hand: ${describeChange(change)}`,
      fix: fixOf(change, hint),
    }));
  }
  return [
    {
      code: "topic-recreated",
      what: `the topic ${report.outputs.topic} was deleted and created again since the job has read it`,
      fix: hint("up"),
    },
  ];
}

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

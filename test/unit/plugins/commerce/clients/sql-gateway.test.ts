import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { sqlGateway } from "../../../../../plugins/commerce/clients/sql-gateway.ts";

const OPERATION = "/v3/sessions/s/operations/o";
const NOT_READY = { resultType: "NOT_READY" };

function page(data: unknown[][], next?: number, more: object = {}) {
  return {
    resultType: next === undefined ? "EOS" : "PAYLOAD",
    resultKind: "SUCCESS_WITH_CONTENT",
    results: { data: data.map((fields) => ({ kind: "INSERT", fields })) },
    ...(next === undefined ? {} : { nextResultUri: `${OPERATION}/result/${next}?rowFormat=JSON` }),
    ...more,
  };
}

let close = () => {};
afterEach(() => close());

/** Serves these pages of a result, in this order. */
async function serve(answers: object[]) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { method, url = "" } = request;
    requests.push(`${method} ${url}`);
    const answer =
      method === "DELETE"
        ? { status: "CLOSED" }
        : url === "/v3/sessions"
          ? { sessionHandle: "s" }
          : url.endsWith("/statements")
            ? { operationHandle: "o" }
            : answers.shift();
    if (!answer) response.statusCode = 500;
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer ?? {}));
  }).listen(0, "127.0.0.1");
  close = () => server.close();
  await new Promise((resolve) => server.once("listening", resolve));
  const gateway = sqlGateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const result = await gateway.withSession({}, (session) => session.execute("anything"));
  const fetched = requests.filter((line) => line.startsWith("GET")).map((line) => line.slice(4));
  return { result, fetched };
}

describe("sqlGateway", () => {
  it("collects the rows of all pages of a result, and the job id from any of them", async () => {
    const { result, fetched } = await serve([
      NOT_READY,
      page([["a", 1]], 1, { jobID: "j" }),
      NOT_READY,
      page(
        [
          ["b", null],
          ["c", 3],
        ],
        2,
      ),
      page([]),
    ]);
    expect(result).toEqual({
      jobId: "j",
      rows: [
        ["a", 1],
        ["b", null],
        ["c", 3],
      ],
    });
    expect(fetched).toEqual([0, 0, 1, 1, 2].map((token) => `${OPERATION}/result/${token}?rowFormat=JSON`));
  });

  it("does not fetch more pages of a statement that returns only SUCCESS", async () => {
    const { result, fetched } = await serve([page([["OK"]], 1, { resultKind: "SUCCESS" })]);
    expect(result.rows).toEqual([["OK"]]);
    expect(fetched).toHaveLength(1);
  });
});

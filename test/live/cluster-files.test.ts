/** The catalog `commerce-files` in a SQL Gateway of its own. It needs no other Flink process. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STATE_DIRECTORY } from "../../facts/pipeline.ts";
import { type ClusterFiles, clusterFiles } from "../../plugins/commerce/clients/cluster-files.ts";
import { sqlGateway } from "../../plugins/commerce/clients/sql-gateway.ts";
import { docker, logs } from "./support/docker.ts";
import { flinkImage } from "./support/flink-cluster.ts";
import { testName } from "./support/leftovers.ts";

const CONTAINER = testName("cluster-files");
const ROOT = STATE_DIRECTORY;
const MORE_THAN_A_PAGE = 6_000;
let files: ClusterFiles;

const remove = () => docker("rm", "--force", "--volumes", CONTAINER).catch(() => undefined);
const shell = (command: string) => docker("exec", "--workdir", ROOT, CONTAINER, "bash", "-c", command);

/** A text of about this many bytes, full of characters that SQL, JSON or UTF-8 handling could corrupt. */
function awkward(bytes: number): string {
  const piece = { "it's": `"ü" 漢 😀 \\ \u2028 -- /* ; */ \${x}`, two: "''" };
  const text = `${JSON.stringify(piece, undefined, 1)}\r\n\t `;
  return text.repeat(bytes / Buffer.byteLength(text));
}

beforeAll(async () => {
  await remove();
  const command = ["/opt/flink/bin/sql-gateway.sh", "start-foreground"];
  const options = ["address=0.0.0.0", "port=8083"].map((option) => `-Dsql-gateway.endpoint.rest.${option}`);
  const limits = ["--memory", "768m", "--env", "JVM_ARGS=-Xmx256m"];
  const published = ["--publish", "127.0.0.1::8083"];
  const image = await flinkImage();
  await docker(
    "run",
    "--detach",
    "--name",
    CONTAINER,
    ...limits,
    ...published,
    image,
    ...command,
    ...options,
  );
  const port = (await docker("port", CONTAINER, "8083")).split(":").at(-1);
  // Waits until the gateway is ready.
  files = clusterFiles(sqlGateway(`http://127.0.0.1:${port}`));
  await files.list("");
});
afterAll(remove);

describe("the cluster's files", () => {
  it.each([0, 100, 90_000, 200_000, 1_000_000])("are read back unchanged: %i bytes", async (bytes) => {
    const text = awkward(bytes);
    await files.write("versions/it's a job/1/plan.json", "before");
    await files.write("versions/it's a job/1/plan.json", text);
    expect((await files.read("versions/it's a job/1/plan.json")) === text).toBe(true);
    expect(await files.list("versions")).toMatchObject([{ path: "versions/it's a job/1/plan.json" }]);
  });

  it("are listed with their modification times, however many there are", async () => {
    await shell(`mkdir -p many/deep; touch -d '2026-01-02 03:04:05.678Z' many/deep/{1..${MORE_THAN_A_PAGE}}`);
    const listed = await files.list("many");
    expect(new Set(listed.map(({ path }) => path)).size).toBe(MORE_THAN_A_PAGE);
    expect(listed.find(({ path }) => path === "many/deep/7")?.modified).toBe(
      Date.parse("2026-01-02T03:04:05.678Z"),
    );
  });

  it("are deleted with the contents of folders, but not the targets of links", async () => {
    await shell("mkdir -p elsewhere gone/deep; touch elsewhere/a gone/deep/a; ln -s ../elsewhere gone/link");
    expect((await files.list("gone")).map(({ path }) => path)).toEqual(["gone/deep/a"]);
    await files.delete("gone");
    await files.delete("elsewhere/none");
    expect(await shell("ls -d gone elsewhere/a 2>&1 || true")).toMatch(
      /'gone': No such file[^\n]*\nelsewhere\/a$/,
    );
  });

  it("may be missing", async () => {
    expect(await files.read("none/at/all")).toBeUndefined();
    expect(await files.list("none")).toEqual([]);
    expect(await files.positions("none")).toEqual([]);
  });

  it("cannot be reached outside the root", async () => {
    await shell("ln -sfn /etc link");
    const out: [string, RegExp][] = [
      ["../x", /'\.\.\/x' is refused: it leads out of \/opt\/flink\/state$/],
      ["versions/../../x", /it leads out of/],
      ["/etc/passwd", /it is absolute/],
      ["link/passwd", /state\/link is a symbolic link/],
      ["", /it names \/opt\/flink\/state itself/],
    ];
    for (const [path, reason] of out) {
      await expect(files.read(path)).rejects.toThrow(reason);
      await expect(files.write(path, "x")).rejects.toThrow(reason);
      await expect(files.delete(path)).rejects.toThrow(reason);
      if (path !== "") await expect(files.list(path)).rejects.toThrow(reason);
    }
  });

  it("do not appear in the gateway's log", async () => {
    expect((await logs(CONTAINER)).includes("漢")).toBe(false);
  });
});

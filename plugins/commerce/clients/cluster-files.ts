/** The files on the cluster's state volume, through the SQL Gateway (flink-jars/cluster-files). */
import { STATE_DIRECTORY } from "../../../facts/pipeline.ts";
import { type SqlGateway, StatementRefused } from "./sql-gateway.ts";
import { rootMessage } from "./stack-trace.ts";

/** Paths are relative to the cluster's state folder. A path that leads out of it is refused. */
export interface ClusterFiles {
  /** Undefined if there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file atomically, and creates its folders. */
  write(path: string, text: string): Promise<void>;
  /** All files below the folder, at any depth; none if there is no such folder. */
  list(folder: string): Promise<ClusterFile[]>;
  /** The offsets in a checkpoint or savepoint, by its folder; none if there is no such folder. */
  positions(folder: string): Promise<SourcePosition[]>;
  /** Deletes a file, or a folder with its contents. No error if it does not exist. */
  delete(path: string): Promise<void>;
}

export interface ClusterFile {
  path: string;
  /** Milliseconds since the epoch. */
  modified: number;
}

export interface SourcePosition {
  topic: string;
  partition: number;
  /** The offset that the source reads next; below zero if it has not read any event of the partition. */
  offset: bigint;
}

/** Each call opens its own session, which takes some 30 ms: none has to be kept alive or replaced. */
export function clusterFiles(gateway: SqlGateway, root: string = STATE_DIRECTORY): ClusterFiles {
  const call = (procedure: string, ...texts: string[]) =>
    gateway.withSession({}, async (session) => {
      try {
        await session.execute(
          `CREATE CATALOG cluster WITH ('type' = 'commerce-files', 'root' = ${literal(root)})`,
        );
        const values = texts.map(literal).join(", ");
        return (await session.execute(`CALL cluster.files.\`${procedure}\`(${values})`)).rows;
      } catch (error) {
        if (!(error instanceof StatementRefused)) throw error;
        const reason = rootMessage(error.errors.at(-1) ?? "");
        throw new Error(`Cannot ${procedure} "${texts[0]}" in ${root} of the Flink cluster: ${reason}`, {
          cause: error,
        });
      }
    });
  return {
    async read(path) {
      const [row] = await call("read", path);
      return row && String(row[0]);
    },
    async write(path, text) {
      await call("write", path, text);
    },
    async list(folder) {
      const rows = await call("list", folder);
      return rows.map(([path, modified]) => ({ path: String(path), modified: Number(modified) }));
    },
    async positions(folder) {
      const rows = await call("positions", folder);
      return rows.map(([topic, partition, offset]) => ({
        topic: String(topic),
        partition: Number(partition),
        offset: BigInt(Number(offset)),
      }));
    },
    async delete(path) {
      await call("delete", path);
    },
  };
}

/** A backslash has no special meaning in it. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Flink's JDBC connector, which only the original's SQL needs: the benchmark's stack gets it, the product's image has none. */
import type { Workspace } from "../../test/live/support/workspace.ts";

const VERSION = "4.0.0-2.0";
const SHA256 = {
  "flink-connector-jdbc-core": "ccb9691bf1d0f97574ae768e1bef05a39c06d7f7b13996e9d485fbdd69dcbfec",
  "flink-connector-jdbc-postgres": "b59c29dc65cafe8ae398e69072b9f6022f4a978a09002fd06a05a1a8dd3348d6",
};

const dependency = (artifact: string) => `
    <dependency>
      <groupId>org.apache.flink</groupId>
      <artifactId>${artifact}</artifactId>
      <version>${VERSION}</version>
      <exclusions>
        <exclusion>
          <groupId>*</groupId>
          <artifactId>*</artifactId>
        </exclusion>
      </exclusions>
    </dependency>`;

/** Adds it to the Flink image that the workspace's stack builds. */
export function addJdbcConnector(workspace: Pick<Workspace, "edit">): void {
  const dependencies = Object.keys(SHA256).map(dependency).join("");
  const sums = Object.entries(SHA256).map(([artifact, sum]) => `${sum}  ${artifact}-${VERSION}.jar\n`);
  workspace.edit("flink-jars/connectors/pom.xml", (pom) =>
    pom.replace("  <dependencies>", `  <dependencies>${dependencies}`),
  );
  workspace.edit("flink-jars/connectors/SHA256SUMS", (text) => text + sums.join(""));
}

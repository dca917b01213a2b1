import { join } from "node:path";
import { expect, it } from "vitest";
import { projectDir } from "../../../../cli/bootstrap.mjs";
import { cliReference } from "../../../../cli/command-line/reference.ts";

it("describes every command as docs/CLI.md does", async () => {
  await expect(cliReference()).toMatchFileSnapshot(join(projectDir, "docs", "CLI.md"));
});

import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Workspace } from "./workspace.ts";

const odd = `class Odd extends pulumi.CustomResource {
  constructor(name, args, opts) { super("hostile:index:Odd", name, { untold: undefined, ...args }, opts); }
}
class Host extends pulumi.ProviderResource {}
`;

/**
 * With a plugin `hostile`: the one in `hostile/`, whose resources are of class `Odd`, or a script.
 */
export class HostileWorkspace extends Workspace {
  constructor(script?: string) {
    super("test");
    mkdirSync(this.projectDir);
    const folder = join(this.dir, "hostile-plugin");
    if (script === undefined) cpSync(join(import.meta.dirname, "hostile"), folder, { recursive: true });
    else {
      mkdirSync(folder);
      writeFileSync(join(folder, "pulumi-resource-hostile"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, "pulumi-resource-hostile"), 0o755);
    }
    writeFileSync(
      join(this.projectDir, "Pulumi.yaml"),
      "name: test\nruntime: nodejs\nplugins:\n  providers:\n    - name: hostile\n      path: ../hostile-plugin\n",
    );
    writeFileSync(join(this.projectDir, "package.json"), '{ "main": "index.js" }');
  }

  override program(source: string): void {
    super.program(odd + source);
  }
}

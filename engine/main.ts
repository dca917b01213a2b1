/** The engine's own command line: `node engine/main.ts COMMAND --stack S [--cwd DIR]`, for any Node program. */
import { runCommand } from "./commands/index.ts";

process.exitCode = await runCommand(process.argv.slice(2), { cwd: "." });

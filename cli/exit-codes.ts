/** The exit codes of every command. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  noSuchStack: 3,
  interrupted: 130,
} as const;

/** As `--help` lists them. */
export const exitCodeHelp: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, "success; for `status`: the stack is healthy; for `doctor`: nothing is wrong"],
  [exitCodes.failed, "the command failed, the stack is not healthy, or `doctor` has found something"],
  [exitCodes.usage, "wrong usage: unknown command, flag or value"],
  [exitCodes.noSuchStack, "the stack does not exist, or it is not up"],
  [exitCodes.interrupted, "interrupted, for example by Ctrl-C"],
];

/** The Pulumi CLI's exit code where the stack does not exist. */
export const pulumiStackNotFound = 6;

/** The exit code of a command whose work the Pulumi CLI has done. `null`: it was ended by a signal. */
export function exitCodeOfPulumi(code: number | null): number {
  if (code === 0) return exitCodes.ok;
  return code === pulumiStackNotFound ? exitCodes.noSuchStack : exitCodes.failed;
}

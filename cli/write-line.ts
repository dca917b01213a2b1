/** Lines for a program that may stop reading, such as `head`: the command then ends as if all had been read. */
export function writeLine(text: string): void {
  if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", endQuietly);
  process.stdout.write(`${text}\n`);
}

function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}

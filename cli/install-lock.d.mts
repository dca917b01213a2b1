export function withInstallLock(
  folder: string,
  out: { write(text: string): unknown },
  work: () => Promise<void>,
): Promise<void>;

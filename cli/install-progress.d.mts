export function installProgress(
  folder: string,
  packages: Readonly<Record<string, { os?: string[]; cpu?: string[]; libc?: string[]; optional?: boolean }>>,
): string;

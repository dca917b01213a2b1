export function installProgress(
  folder: string,
  packages: Readonly<
    Record<string, { os?: string | string[]; cpu?: string | string[]; libc?: string[]; optional?: boolean }>
  >,
): string;

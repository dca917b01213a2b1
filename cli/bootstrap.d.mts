// The types of bootstrap.mjs, which is plain JavaScript.
interface Packages<Entry> {
  packages: Record<string, Entry>;
}
interface Wanted {
  version?: string;
  optional?: boolean;
  devOptional?: boolean;
  dev?: boolean;
}
interface Writer {
  write(text: string): unknown;
  isTTY?: boolean;
}

export const projectDir: string;
export function whyInstall(
  wanted: Packages<Wanted>,
  installed: Packages<{ version?: string }> | undefined,
  needs: { dev: boolean },
): string | undefined;
export function ensureDependencies(out: Writer, needs?: { dev: boolean }): Promise<void>;
export function findNode(): string;
export function whyNotRunning(version: string, isPublished: boolean): string | undefined;
export function runInPlace(node: string, args: readonly string[]): Promise<number>;

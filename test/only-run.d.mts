export function becomeTheOnlyRun(): Promise<unknown>;

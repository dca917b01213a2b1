/** Environment variables, as of this process. */
export type Env = Readonly<Record<string, string | undefined>>;

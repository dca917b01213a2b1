/** Something that is wrong, or that cannot be found out. */
export interface Finding {
  readonly status: "False" | "Unknown";
  /** One word for programs, such as `ContainerStopped`. */
  readonly reason: string;
  /** A sentence for people, with the command that helps. */
  readonly message: string;
}

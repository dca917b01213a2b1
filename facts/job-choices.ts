/** Settings of the job that have a few values each: as configuration keys, and as inputs of `StatementSet`. */
export const JOB_CHOICES = {
  desiredState: ["running", "paused"],
  upgradePolicy: ["resume", "replay", "stateless"],
  onDestroy: ["retain", "purge"],
} as const;

export type JobChoice<Setting extends keyof typeof JOB_CHOICES> = (typeof JOB_CHOICES)[Setting][number];

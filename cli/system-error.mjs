// Plain JavaScript, as bootstrap.mjs, which needs it before anything is installed.

const reasons = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
};

/**
 * A file system error in words, or undefined for any other error.
 *
 * @param {NodeJS.ErrnoException} error
 * @returns {string | undefined}
 */
export function sentenceOf(error) {
  const reason = reasons[error.code];
  if (reason === undefined || typeof error.path !== "string") return undefined;
  const advice =
    reason === "permission denied"
      ? ". If the checkout belongs to another user, work in a clone of your own"
      : "";
  return `cannot access ${error.path}: ${reason}${advice}`;
}

/** Options of Java's virtual machine. */

/**
 * Delays the JVM's highest compilation level until a method has had sixteen times as many calls and loops as by
 * default. Each job's code is new to the JVM, and by default its compiler takes a fifth of two cores for the first
 * million events, mostly for methods that were fast enough (docs/decisions/0011).
 */
const COMPILE_LATER = Object.entries({
  Tier4InvocationThreshold: 80_000,
  Tier4MinInvocationThreshold: 9_600,
  Tier4CompileThreshold: 240_000,
  Tier4BackEdgeThreshold: 640_000,
})
  .map(([option, count]) => `-XX:${option}=${count}`)
  .join(" ");

/**
 * For the TaskManager: throughput matters and pauses of a few hundred milliseconds do not, and ParallelGC takes a fifth
 * less CPU time than G1 (docs/decisions/0011).
 */
export const HIGH_THROUGHPUT = `-XX:+UseParallelGC ${COMPILE_LATER}`;

/** For Kafka. They replace the options of the image, so its choice of collector is repeated. */
export const SHORT_PAUSES = `-XX:+UseG1GC -XX:MaxGCPauseMillis=20 ${COMPILE_LATER}`;

/**
 * For processes that run little code for long: JobManager, SQL Gateway, ZooKeeper. Most of their CPU time is their start,
 * a third of it the second compiler's and the garbage collector's threads (docs/decisions/0011).
 */
export const QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

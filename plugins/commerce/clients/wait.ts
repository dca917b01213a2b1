/** Bounded waiting, for users of the clients that do not import the SDK. */
export { TimedOut, type Wait, waitFor } from "../../sdk/wait.ts";

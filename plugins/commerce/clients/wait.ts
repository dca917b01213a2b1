/** Bounded waiting, for users of the clients that do not import the SDK. */
export { TimedOut, waitFor } from "../../sdk/wait.ts";

/** A container that is late stays, and is waited for again at the next `up`. */
import type { Container, ContainerInspectInfo } from "dockerode";
import { NotReady, type OperationContext } from "../sdk/provider.ts";
import { unlessMissing } from "./client.ts";
import type { ContainerInputs } from "./container-spec.ts";
import { type ContainerOutputs, observedInputs, outputsOf } from "./container-state.ts";
import { awaitReady } from "./container-wait.ts";

/** What is recorded as `waitTimeout` of a container that did not become ready. The next `up` corrects that. */
const WAITED_IN_VAIN = 0;
/** A container that takes longer than this to start hangs. */
const SLOWEST_START_SECONDS = 30 * 60;

/**
 * Waits until the container is ready, and returns its outputs.
 *
 * @throws NotReady for a container that stays, and that the next `up` finds as it is by then
 */
export async function whenReady(
  container: Container,
  news: ContainerInputs,
  context: OperationContext,
): Promise<ContainerOutputs> {
  try {
    await awaitReady(container, news, context);
  } catch (error) {
    const live: ContainerInspectInfo | undefined = await unlessMissing(container.inspect());
    if (live === undefined) throw error;
    const inputs = { ...observedInputs(live, news), waitTimeout: WAITED_IN_VAIN };
    const message = error instanceof Error ? error.message : String(error);
    throw new NotReady(message, live.Id, { inputs, outputs: outputsOf(inputs, live) }, { cause: error });
  }
  return outputsOf(news, await container.inspect());
}

/** Restarting a container that is only slow would let it begin at zero each time. */
export function isStillStarting(
  { waitTimeout }: ContainerInputs,
  { StartedAt }: ContainerInspectInfo["State"],
): boolean {
  const seconds = (Date.now() - Date.parse(StartedAt)) / 1000;
  return waitTimeout === WAITED_IN_VAIN && seconds < SLOWEST_START_SECONDS;
}

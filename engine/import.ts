/** Takes a resource that exists already into the stack, as its provider reads it. */
import type { PropertyMap } from "../plugins/sdk/values.ts";
import type { Deployment, DeploymentOptions } from "./deployment.ts";
import { defaultProviderGoal, nextState, plainGoal } from "./goal.ts";
import { existing, type Operations, withSecrets } from "./operations.ts";
import { findResource } from "./state-edits.ts";
import { isDefaultProvider, makeUrn, packageOf, providerType, STACK_TYPE } from "./urn.ts";

export interface ImportRequest {
  type: string;
  name: string;
  id: string;
  /** URNs, or names; the stack and the package's default provider if absent. */
  parent?: string;
  provider?: string;
  protect: boolean;
}

/** @throws if the resource does not exist, or the stack has one of that name. */
export async function importResource(
  operations: Operations,
  deployment: Deployment,
  { project, stack, providerConfig }: DeploymentOptions,
  { type, name, id, protect, ...given }: ImportRequest,
): Promise<void> {
  const { snapshot, steps } = operations;
  const resources = snapshot.old.filter((state) => !state.delete);
  // All that there is stays, in its order; what is new comes after it.
  for (const state of resources) snapshot.put(state, state);
  const register = async (goal: ReturnType<typeof plainGoal>) => {
    const registered = await deployment.register(goal);
    if (registered.result !== "success")
      throw new Error(`It takes ${goal.name} [${goal.type}], which failed`);
    return registered;
  };
  const root = plainGoal(STACK_TYPE, `${project}-${stack}`, {});
  const stackUrn = makeUrn(stack, project, undefined, root.type, root.name);
  if (!snapshot.fresh(stackUrn)) await register({ ...root, custom: false });
  const parent = given.parent ? findResource(resources, given.parent).urn : stackUrn;
  const urn = makeUrn(stack, project, parent, type, name);
  const known = snapshot.fresh(urn);
  if (known) throw new Error(`${urn} is in the stack already${known.id ? `, with id '${known.id}'` : ""}`);

  const packageName = packageOf(type);
  const version = (inputs: PropertyMap = {}) => String(inputs.version ?? "");
  const served = given.provider
    ? findResource(resources, given.provider)
    : resources
        .filter((state) => state.type === providerType(packageName) && isDefaultProvider(state.urn))
        .sort((a, b) => version(a.inputs).localeCompare(version(b.inputs), "en", { numeric: true }))
        .at(-1);
  const provider =
    served ??
    (await register(defaultProviderGoal(packageName, undefined, undefined, providerConfig(packageName))));
  const goal = { ...plainGoal(type, name, {}), parent, protect };
  const blank = nextState(urn, goal, {}, `${provider.urn}::${provider.id}`, undefined);
  const client = await operations.providerOf(blank);
  const step = operations.step("import", blank);
  await steps.run(step, async () => {
    const found = await client?.read({ ...existing(blank), id }, { preview: steps.preview });
    if (!found) throw new Error(`There is no ${type} with id '${id}'`);
    if (!found.inputs)
      throw new Error(`The provider of ${packageName} does not say what '${id}' was made from`);
    const now = new Date().toISOString();
    const { id: observed, inputs, initErrors } = found;
    const outputs = withSecrets(found.outputs, blank);
    step.new = {
      ...blank,
      id: observed,
      importID: id,
      inputs,
      outputs,
      initErrors,
      created: now,
      modified: now,
    };
    snapshot.put(step.new);
  });
}

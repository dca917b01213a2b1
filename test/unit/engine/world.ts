/** A world of resources in memory, to run deployments on without processes; it can fail or stop dead at any point. */
import { deleteLeftovers } from "../../../engine/deletions.ts";
import { Deployment } from "../../../engine/deployment.ts";
import { type Goal, plainGoal } from "../../../engine/goal.ts";
import { Operations } from "../../../engine/operations.ts";
import { requirements } from "../../../engine/planner.ts";
import type { Made, Provider } from "../../../engine/provider.ts";
import { Snapshot } from "../../../engine/snapshot.ts";
import type { Contents, ResourceState } from "../../../engine/state.ts";
import { Cancelled, Steps } from "../../../engine/steps.ts";
import { Targets } from "../../../engine/targets.ts";
import { makeUrn, splitReference } from "../../../engine/urn.ts";
import { deepEqual, type PropertyMap } from "../../../plugins/sdk/values.ts";

export interface Declared {
  name: string;
  /** Another key is another resource. */
  key: number;
  value: number;
  /** Names of resources declared before; `with` cannot outlive it, and goes with it. */
  needs: string[];
  with?: string;
  /** A component, and a provider, each declared when it is named; the provider with what it is set to. */
  group?: string;
  provider?: string;
  /** It has another name in the program, with an alias to this one. */
  renamed?: boolean;
  deleteFirst?: boolean;
  protect?: boolean;
  retain?: boolean;
}

/** What happens at a change: it is not made, it is made but does not work, or the run is killed. */
export type Mishap = { after: number; kind: "fail" | "break" | "kill" };

const THING = "w:m:Thing";
const GROUP = "w:m:Group";
const never = new Promise<never>(() => undefined);
const groupUrn = (name: string) => makeUrn("s", "p", undefined, GROUP, name);
export const thingUrn = ({ name, group, renamed }: Declared) =>
  makeUrn("s", "p", group && groupUrn(group), THING, renamed ? `${name}-new` : name);

export class World {
  readonly live = new Map<string, PropertyMap>();
  readonly deleted: string[] = [];
  /** Resources that something live referred to when they were deleted. */
  readonly cutOff: string[] = [];
  /** States that Pulumi would not open. */
  readonly invalid: string[] = [];
  saved: Contents = { resources: [], pending: [], metadata: {} };
  #mishap: Mishap | undefined;
  #changes = 0;
  #killed: () => void = () => undefined;

  /** Runs a program; returns undefined if it was killed. */
  async run(program: Declared[] | "destroy", options: { mishap?: Mishap; targets?: Targets } = {}) {
    this.#mishap = options.mishap;
    this.#changes = 0;
    const sink = { emit: () => undefined };
    const steps = new Steps(sink, { preview: false, parallel: 8, signal: new AbortController().signal });
    const snapshot = new Snapshot(structuredClone(this.saved), async (contents) => {
      await Promise.resolve();
      this.#check(contents.resources);
      if (await this.#happens("kill")) this.saved = structuredClone({ ...contents, pending: [] });
    });
    const provider = (region: string) => this.#provider(region);
    const providers = {
      lifecycle: provider(""),
      get: async (reference: string) => provider(splitReference(reference).id.split("-")[0] ?? ""),
      adopt: () => undefined,
    };
    const operations = new Operations(snapshot, providers, steps);
    const targets = options.targets ?? new Targets();
    const killed = new Promise<undefined>((resolve) => {
      this.#killed = () => resolve(undefined);
    });
    const work = async () => {
      if (program !== "destroy") {
        const settings = { project: "p", stack: "s", providerConfig: () => ({}), targets };
        await declare(new Deployment(operations, settings), program).catch(ignoreCancelled);
      }
      await steps.idle();
      if (steps.failures.length === 0) {
        await deleteLeftovers(operations, targets).catch((error) =>
          error instanceof Cancelled ? undefined : steps.fail(error.message),
        );
      }
      await steps.idle();
      await snapshot.commit();
      return steps;
    };
    return Promise.race([work(), killed]);
  }

  /** Counts a change; false if it is not to be made. */
  async #happens(only?: Mishap["kind"]): Promise<boolean> {
    const { after, kind } = this.#mishap ?? { after: -1, kind: "fail" };
    if (only && only !== kind) return true;
    const isNow = this.#changes++ === after || (kind === "kill" && after >= 0 && this.#changes > after);
    if (isNow && kind === "kill") {
      this.#killed();
      return never;
    }
    return !isNow;
  }

  /** A run can be killed before a change, and before it has heard of it. */
  async #make(id: string, inputs: PropertyMap): Promise<Made> {
    await Promise.resolve();
    const isWell = await this.#happens();
    const isBroken = !isWell && this.#mishap?.kind === "break";
    if (!isWell && !isBroken) throw new Error("it does not want to");
    this.live.set(id, inputs);
    await this.#happens("kill");
    return { id, outputs: inputs, initErrors: isBroken ? ["it does not work"] : [] };
  }

  #provider(region: string): Provider {
    return {
      check: async (_subject, _olds, inputs) => ({ inputs, failures: [] }),
      diff: async ({ inputs }, news) => ({
        changes: deepEqual(inputs, news) ? "none" : "some",
        replaces: inputs.key === news.key ? [] : ["key"],
        changed: [],
        deleteBeforeReplace: false,
      }),
      create: async ({ type }, inputs) =>
        type === THING
          ? this.#make(`${inputs.name}:${inputs.key}@${region}`, inputs)
          : { id: `${inputs.key ?? "any"}-${Math.random()}`, outputs: inputs, initErrors: [] },
      update: async ({ id, type }, news) =>
        type === THING ? this.#make(id, news) : { outputs: news, initErrors: [] },
      delete: async ({ id, type }) => {
        if (type !== THING) return;
        // Some take longer than others, so that only waiting can keep the order.
        for (let ticks = id.charCodeAt(0) % 4; ticks > 0; ticks--) await new Promise(setImmediate);
        if (!(await this.#happens())) throw new Error("it will not go");
        this.live.delete(id);
        this.deleted.push(id);
        const isNeeded = [...this.live.values()].some(({ needs }) => (needs as string[]).includes(id));
        if (isNeeded) this.cutOff.push(id);
        this.#dropPartsOf(id);
        await this.#happens("kill");
      },
      read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs, initErrors: [] }),
      invoke: async () => ({ result: {}, failures: [] }),
    };
  }

  #dropPartsOf(owner: string): void {
    for (const [id, inputs] of this.live)
      if (inputs.with === owner && this.live.delete(id)) this.#dropPartsOf(id);
  }

  /** Pulumi's own rule: what a resource refers to comes before it, and no two live ones have one name. */
  #check(resources: readonly ResourceState[]): void {
    const seen = new Set<string>();
    const named = new Set<string>();
    for (const state of resources) {
      for (const urn of requirements(state)) {
        if (!seen.has(urn)) this.invalid.push(`${state.urn} comes before ${urn}`);
      }
      if (!state.delete && named.has(state.urn)) this.invalid.push(`${state.urn} twice`);
      if (!state.delete) named.add(state.urn);
      seen.add(state.urn);
    }
  }
}

function ignoreCancelled(error: unknown): void {
  if (!(error instanceof Cancelled)) throw error;
}

/** Registers everything at once, each as soon as what it needs is there, as programs do. */
async function declare(deployment: Deployment, program: Declared[]): Promise<void> {
  const registered = new Map<string, ReturnType<Deployment["register"]>>();
  const once = (goal: Goal) => {
    const known = registered.get(goal.type + goal.name) ?? deployment.register(goal);
    registered.set(goal.type + goal.name, known);
    return known;
  };
  for (const declared of program) {
    const { name, key, value, needs, deleteFirst, protect, retain, group, provider } = declared;
    const work = async () => {
      const needed = await Promise.all(needs.map((need) => registered.get(need)));
      const owner = declared.with ? await registered.get(declared.with) : undefined;
      const parent = group && (await once({ ...plainGoal(GROUP, group, {}), custom: false }));
      const server =
        provider && (await once(plainGoal("pulumi:providers:w", provider, { key: Number(provider.at(-1)) })));
      if (server && server.result !== "success") throw new Cancelled();
      const urns = [...needed, owner].flatMap((resource) => (resource ? [resource.urn] : []));
      const ids = needed.map((resource) => resource?.id);
      const goal: Goal = {
        ...plainGoal(THING, declared.renamed ? `${name}-new` : name, {
          ...{ name, key, value, needs: ids, with: owner?.id },
        }),
        parent: parent ? parent.urn : undefined,
        provider: server ? `${server.urn}::${server.id}` : undefined,
        protect,
        retainOnDelete: retain,
        deletedWith: owner?.urn,
        deleteBeforeReplace: deleteFirst,
        dependencies: urns,
        propertyDependencies: { key: [], value: [], needs: urns },
        aliases: [undefined, "g0", "g1"].flatMap((former) =>
          [false, true].map((renamed) => ({ urn: thingUrn({ ...declared, group: former, renamed }) })),
        ),
      };
      return deployment.register(goal);
    };
    const result = work();
    result.catch(() => undefined);
    registered.set(name, result);
  }
  await Promise.all(registered.values());
}

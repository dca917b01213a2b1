/** A world of resources in memory, to run deployments on without processes; it can stop dead at any point. */
import { deleteLeftovers } from "../../../engine/deletions.ts";
import { Deployment } from "../../../engine/deployment.ts";
import { type Goal, plainGoal } from "../../../engine/goal.ts";
import { Operations } from "../../../engine/operations.ts";
import type { Provider } from "../../../engine/provider.ts";
import { Snapshot } from "../../../engine/snapshot.ts";
import type { Contents } from "../../../engine/state.ts";
import { Steps } from "../../../engine/steps.ts";
import { deepEqual, type PropertyMap } from "../../../plugin/values.ts";

export interface Declared {
  name: string;
  /** Another key is another resource. */
  key: number;
  value: number;
  /** Names of resources declared before. */
  needs: string[];
  deleteFirst?: boolean;
  protect?: boolean;
}

const never = new Promise<never>(() => undefined);

export class World {
  readonly live = new Map<string, PropertyMap>();
  readonly deleted: string[] = [];
  /** Resources that something live referred to when they were deleted. */
  readonly cutOff: string[] = [];
  saved: Contents = { resources: [], pending: [], metadata: {} };
  /** How many more changes happen, in the world or in the state, before the run is killed. */
  lives = Number.POSITIVE_INFINITY;
  #killed: () => void = () => undefined;

  /** Runs a program; returns undefined if it was killed. */
  async run(program: Declared[] | "destroy") {
    const steps = new Steps(
      { emit: () => undefined },
      { preview: false, parallel: 8, signal: new AbortController().signal },
    );
    const snapshot = new Snapshot(structuredClone(this.saved), async (contents) => {
      await this.#change(() => {
        this.saved = structuredClone({ ...contents, pending: [] });
      });
    });
    const providers = { lifecycle: this.#provider, get: async () => this.#provider, adopt: () => undefined };
    const operations = new Operations(snapshot, providers, steps);
    const killed = new Promise<undefined>((resolve) => {
      this.#killed = () => resolve(undefined);
    });
    const work = async () => {
      if (program !== "destroy") {
        const deployment = new Deployment(operations, {
          project: "p",
          stack: "s",
          providerConfig: () => ({}),
        });
        await declare(deployment, program);
      }
      if (steps.failures.length === 0)
        await deleteLeftovers(operations).catch((error) => steps.fail(error.message));
      await snapshot.commit();
      return steps;
    };
    return Promise.race([work(), killed]);
  }

  async #change<T>(apply: () => T): Promise<T> {
    await Promise.resolve();
    if (this.lives-- <= 0) {
      this.#killed();
      return never;
    }
    return apply();
  }

  readonly #provider: Provider = {
    check: async (_subject, _olds, inputs) => ({ inputs, failures: [] }),
    diff: async ({ inputs }, news) => ({
      changes: deepEqual(inputs, news) ? "none" : "some",
      replaces: inputs.key === news.key ? [] : ["key"],
      changed: [],
      deleteBeforeReplace: false,
    }),
    create: async ({ name, type }, inputs) => {
      const id = type === "w:m:Thing" ? `${name}:${inputs.key}` : "provider";
      if (id !== "provider") await this.#change(() => this.live.set(id, inputs));
      return { id, outputs: inputs, initErrors: [] };
    },
    update: async ({ id }, news) => {
      await this.#change(() => this.live.set(id, news));
      return { outputs: news, initErrors: [] };
    },
    delete: async ({ id }) => {
      if (id === "provider") return;
      // Some take longer than others, so that only waiting can keep the order.
      for (let ticks = id.charCodeAt(0) % 4; ticks > 0; ticks--) await new Promise(setImmediate);
      await this.#change(() => {
        this.live.delete(id);
        this.deleted.push(id);
        const isNeeded = [...this.live.values()].some(({ needs }) => (needs as string[]).includes(id));
        if (isNeeded) this.cutOff.push(id);
      });
    },
    read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs, initErrors: [] }),
    invoke: async () => ({ result: {}, failures: [] }),
  };
}

/** Registers everything at once, each as soon as what it needs is there, as programs do. */
async function declare(deployment: Deployment, program: Declared[]): Promise<void> {
  const registered = new Map<string, ReturnType<Deployment["register"]>>();
  for (const { name, key, value, needs, deleteFirst, protect } of program) {
    const work = async () => {
      const needed = await Promise.all(needs.map((need) => registered.get(need)));
      const urns = needed.flatMap((resource) => (resource ? [resource.urn] : []));
      const goal: Goal = {
        ...plainGoal("w:m:Thing", name, { key, value, needs: needed.map((resource) => resource?.id) }),
        protect,
        deleteBeforeReplace: deleteFirst,
        dependencies: urns,
        propertyDependencies: { key: [], value: [], needs: urns },
      };
      return deployment.register(goal);
    };
    registered.set(name, work());
  }
  await Promise.all(registered.values());
}

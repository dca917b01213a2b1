/**
 * Keeps the history of a statement set on the cluster's state volume, beside its savepoints. Pulumi's state would be
 * wrong after a killed run, a restored backup, or a `destroy` that retains the volume.
 */
import type { ClusterFiles, SourcePosition } from "../../clients/cluster-files.ts";
import { type CompiledPlan, parsePlan, renderPlan } from "../plan/compiled-plan.ts";
import {
  changeVersion,
  type History,
  NO_HISTORY,
  parseHistory,
  promote,
  type Savepoint,
  type Version,
  versionOf,
} from "./history.ts";
import { adoptSavepoints, expire, restorePoints } from "./restore-points.ts";

/** The version's own plan, the one that fills its shadow tables, or the one of the two that was submitted last. */
type PlanKind = "plan" | "shadow" | "submitted";

export class VersionStore {
  history: History = NO_HISTORY;
  readonly #files: ClusterFiles;
  readonly #folder: string;
  /** The folder of the cluster's files as Flink names it. */
  readonly #root: string;

  private constructor(files: ClusterFiles, name: string, stateDirectory: string) {
    this.#files = files;
    this.#folder = `versions/${name}`;
    this.#root = stateDirectory;
  }

  static async open(files: ClusterFiles, name: string, stateDirectory: string): Promise<VersionStore> {
    const store = new VersionStore(files, name, stateDirectory);
    const text = await files.read(`${store.#folder}/history.json`);
    if (text !== undefined) store.history = parseHistory(text);
    return store;
  }

  async save(history: History): Promise<void> {
    await this.#files.write(`${this.#folder}/history.json`, JSON.stringify(history, undefined, 1));
    this.history = history;
  }

  async change(version: number, edit: (version: Version) => Partial<Version>): Promise<void> {
    await this.save(changeVersion(this.history, version, edit));
  }

  /** @param isFromScratch see `promote` of the history */
  async promote(version: number, isFromScratch = false): Promise<void> {
    await this.save(promote(this.history, version, isFromScratch));
  }

  /** The file that the gateway writes a plan to and reads it from. */
  fileOf(version: number | "next", kind: PlanKind = "plan"): string {
    return `${this.#root}/${this.#pathOf(version, kind)}`;
  }

  async plan(version: number | "next", kind: PlanKind = "plan"): Promise<CompiledPlan | undefined> {
    const text = await this.#files.read(this.#pathOf(version, kind));
    return text === undefined ? undefined : parsePlan(text);
  }

  async savePlan(version: number, plan: CompiledPlan, kind: PlanKind = "plan"): Promise<void> {
    await this.#files.write(this.#pathOf(version, kind), renderPlan(plan));
  }

  #pathOf(version: number | "next", kind: PlanKind): string {
    return `${this.#folder}/${version}/${kind}.json`;
  }

  /** The savepoints and checkpoints that the version can start from, the newest first. */
  async restorePoints({ version }: Version): Promise<string[]> {
    await this.adoptSavepoints();
    const found = versionOf(this.history, version);
    if (!found) return [];
    const lists = await Promise.all(found.jobs.map((job) => this.#files.list(`checkpoints/${job}`)));
    return restorePoints(found, lists.flat(), `file:${this.#root}`);
  }

  /** The offsets in a savepoint or checkpoint; none if it does not exist. */
  positions(path: string): Promise<SourcePosition[]> {
    return this.#files.positions(this.#relative(path));
  }

  /** A job that is stopped with a savepoint deletes its checkpoints, so a savepoint must not be overlooked. */
  async adoptSavepoints(): Promise<void> {
    const files = await this.#files.list("savepoints");
    const adopted = adoptSavepoints(this.history, files, `file:${this.#root}`);
    if (adopted !== this.history) await this.save(adopted);
  }

  /** Records a job of the version, so that the version can start from the job's checkpoints. */
  async addJob(version: number, job: string): Promise<void> {
    await this.change(version, ({ jobs }) => ({ jobs: [...jobs, job] }));
  }

  async addSavepoint(version: number, savepoint: Savepoint): Promise<void> {
    await this.change(version, ({ savepoints }) => ({ savepoints: [...savepoints, savepoint] }));
  }

  /** Deletes all but the newest `keep` savepoints. Only at the end of an update: an operation may need an old one. */
  async expire(keep: number): Promise<void> {
    const expired = expire(this.history, keep);
    if (expired.savepoints.length + expired.versions.length === 0) return;
    // The history first: every path in it must exist.
    await this.save(expired.history);
    for (const path of expired.savepoints) await this.#files.delete(this.#relative(path));
    for (const number of expired.versions) await this.#files.delete(`${this.#folder}/${number}`);
  }

  /** Deletes the checkpoints of ended jobs, once the job that resumed from them has its own. */
  async deleteCheckpointsExcept(job: string): Promise<void> {
    const ended = this.history.versions.flatMap(({ jobs }) => jobs).filter((id) => id !== job);
    if (ended.length === 0) return;
    for (const id of ended) await this.#files.delete(`checkpoints/${id}`);
    const versions = this.history.versions.map((version) => ({
      ...version,
      jobs: version.jobs.filter((id) => id === job),
    }));
    await this.save({ ...this.history, versions });
  }

  /** `file:/opt/flink/state/savepoints/savepoint-1` is `savepoints/savepoint-1`. */
  #relative(path: string): string {
    return path.replace(/^file:\/*/, "/").replace(`${this.#root}/`, "");
  }
}

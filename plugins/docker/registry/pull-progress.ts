/** Adds up the events of a pull. Pure. */
import type { EngineEvent } from "../formats/engine-events.ts";

interface Layer {
  readonly received: number;
  readonly total: number;
  readonly isThere: boolean;
}

export class PullProgress {
  readonly #layers = new Map<string, Layer>();

  /** @returns whether the event says something about a layer */
  add({ id, status = "", progressDetail }: EngineEvent): boolean {
    // The first event's id is the tag.
    if (!id || status.startsWith("Pulling from")) return false;
    const before = this.#layers.get(id) ?? { received: 0, total: 0, isThere: false };
    const { current = 0, total = 0 } = progressDetail ?? {};
    const isThere = before.isThere || /complete|exists/.test(status);
    const layer = /^Downloading/.test(status)
      ? { received: current, total, isThere }
      : { ...before, isThere };
    this.#layers.set(id, layer.isThere ? { ...layer, received: layer.total } : layer);
    return true;
  }

  /** Such as `12.3 of 45.6 MB, 2 of 7 layers`. Bytes of layers that have not begun are not known. */
  toString(): string {
    const layers = [...this.#layers.values()];
    const sum = (of: (layer: Layer) => number) => layers.reduce((bytes, layer) => bytes + of(layer), 0);
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    const there = layers.filter(({ isThere }) => isThere).length;
    const total = sum((layer) => layer.total);
    const bytes = total > 0 ? `${megabytes(sum((layer) => layer.received))} of ${megabytes(total)} MB, ` : "";
    return `${bytes}${there} of ${layers.length} layers`;
  }
}

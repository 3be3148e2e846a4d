/**
 * Several fitted models in a worker as one: the weighted sum of their raw outputs, and of what each feature adds to them. Models that read
 * the same encoding find it in a tile of its own, since a row of the blend has all encodings one behind the other.
 */
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import { takeColumns } from '../encode.js';
import type { Predictor, PredictorKind, PredictorPlan } from '../predictor.js';

export interface BlendPlan extends PredictorPlan {
  readonly kind: 'blend';
  inputs: number;
  outputs: number;
  groups: number;
  /** what is added to each raw output */
  shift: readonly number[];
  /** of each encoding: its first column, and how many */
  encodings: readonly { first: number; count: number }[];
  members: readonly { weight: number; encoding: number; plan: PredictorPlan }[];
}

/** @param predictors of the members, by the `kind` of their plans */
export const blendOf =
  (predictors: Readonly<Record<string, PredictorKind>>): PredictorKind<BlendPlan> =>
  (kernels, memory, plan, layout, batch) =>
    new Blended(kernels, memory, plan, layout, batch, predictors);

class Blended implements Predictor {
  readonly #members: { weight: number; tile: number; predictor: Predictor }[];
  readonly #tiles: { at: number; first: number; count: number }[];
  readonly #z: number;
  readonly #contributions: number;

  constructor(
    kernels: Kernels,
    private readonly memory: WebAssembly.Memory | undefined,
    private readonly plan: BlendPlan,
    layout: Layout,
    batch: number,
    predictors: Readonly<Record<string, PredictorKind>>,
  ) {
    const { outputs, groups, encodings, members } = plan;
    this.#z = layout.take(batch * stride(outputs) * 4);
    this.#contributions = layout.take(batch * groups * 4);
    const tiles = encodings.map((run) => ({ ...run, at: layout.take(batch * stride(run.count) * 4) }));
    this.#tiles = tiles.filter((_, e) => members.some(({ encoding }) => encoding === e));
    this.#members = members.map(({ weight, encoding, plan: own }) => ({
      weight,
      tile: tiles[encoding].at,
      predictor: predictors[own.kind](kernels, memory, own, layout, batch),
    }));
  }

  run(x: number, count: number): number {
    this.#deal(x, count);
    const { outputs, shift } = this.plan;
    const ld = stride(outputs);
    const z = this.#f32(this.#z, count * ld);
    for (let r = 0; r < count; r++) for (let c = 0; c < ld; c++) z[r * ld + c] = shift[c] ?? 0;
    for (const { weight, tile, predictor } of this.#members) {
      const own = this.#f32(predictor.run(tile, count), count * ld);
      for (let r = 0; r < count; r++) for (let c = 0; c < outputs; c++) z[r * ld + c] += weight * own[r * ld + c];
    }
    return this.#z;
  }

  explain(x: number, direction: number, count: number, out: number): void {
    this.#deal(x, count);
    const length = count * this.plan.groups;
    const sums = this.#f32(out, length).fill(0);
    const own = this.#f32(this.#contributions, length);
    for (const { weight, tile, predictor } of this.#members) {
      predictor.explain(tile, direction, count, this.#contributions);
      for (let i = 0; i < length; i++) sums[i] += weight * own[i];
    }
  }

  /** Each encoding's columns into its own tile. */
  #deal(x: number, count: number): void {
    const ld = stride(this.plan.inputs);
    const rows = this.#f32(x, count * ld);
    for (const tile of this.#tiles) takeColumns(this.#f32(tile.at, count * stride(tile.count)), rows, count, ld, tile);
  }

  #f32(at: number, length: number): Float32Array {
    return new Float32Array((this.memory as WebAssembly.Memory).buffer, at, length);
  }
}

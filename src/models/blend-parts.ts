/** What candidates of a blend learn from and are judged on: rows in the encoding of each, and raw outputs for those that were held out. */
import type { Engine } from '../engine/engine.js';
import { ENCODINGS, type Encoding } from '../prepare/feature.js';
import { startsOf, takeColumns } from '../programs/encode.js';
import { inferScratch } from '../programs/infer.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { stride } from '../wasm/kernels.js';
import { place } from '../wasm/memory.js';
import { Tile } from '../wasm/resident.js';
import { type Member, optionsOf } from './blend-members.js';
import type { Examples, Family, Model } from './model.js';

/** A model that did not learn from rows that are held out, and its raw outputs f32[rows, outputs] for these. */
export async function learnWithout(
  engine: Engine,
  held: Int32Array,
  { family, options, parts }: { family: Family; options: Record<string, unknown>; parts: Parts },
  { signal }: RunOptions,
): Promise<{ model: Model; z: Float32Array }> {
  const model = await family.fit(engine, { ...parts.of(family), held }, options, { signal });
  return { model, z: await rawOutputs(engine, model, parts, held, { signal }) };
}

/** Bytes that fits of a candidate take at most: without a fold, on all rows where it is fitted once more, and asking those held out. */
export function roomOf(
  engine: Engine,
  member: Member,
  parts: Parts,
  { held, seed }: { held: Int32Array; seed: number },
): number {
  const { family, settle } = member;
  const examples = parts.of(family);
  const { x, outputs } = examples;
  const own = optionsOf(member, { seed });
  const room = (fold?: Int32Array) => family.room?.(engine, { ...examples, held: fold }, own) ?? 0;
  // Behind the fit of a fold the rows that were held out are asked.
  const asked = held.length * (stride(x.columns) + outputs) * 4;
  return Math.max(room(held), asked, settle ? room() : 0);
}

/** How many fits of so many bytes are made at once: as many as the scheduler takes and the memory has room for, and one. */
export const widthOf = ({ arena, scheduler }: Engine, bytes: number): number =>
  Math.max(1, Math.min(scheduler.width, Math.floor(arena.free / bytes)));

/** Raw outputs f32[rows, outputs] of a model for some rows: a copy. */
async function rawOutputs(
  engine: Engine,
  model: Model,
  parts: Parts,
  rows: Int32Array,
  run: RunOptions,
): Promise<Float32Array> {
  const tile = parts.tile(model.encodings[0]);
  const [ld, length] = [stride(tile.columns), rows.length * model.outputs];
  const { at, region } = place(engine, (layout) => {
    const predictor = model.place(layout);
    const [x, out] = [layout.take(rows.length * ld * 4), layout.take(length * 4)];
    return { predictor, x, out, scratch: layout.take(inferScratch(engine.kernels, { predictor })) };
  });
  using _ = region;
  const [from, to] = [tile.values(), engine.f32(at.x, rows.length * ld)];
  rows.forEach((r, i) => {
    to.set(from.subarray(r * ld, (r + 1) * ld), i * ld);
  });
  const args = { ...at, inputs: tile.columns, outputs: model.outputs, rows: rows.length };
  await engine.run('infer', args, { signal: run.signal });
  return engine.f32(at.out, length).slice();
}

/** The encodings of a blend's rows, each in a tile of its own. */
export class Parts implements Disposable {
  readonly #tiles = new Map<Encoding, Tile>();
  readonly #runs: { first: number; count: number }[];

  constructor(
    private readonly engine: Engine,
    private readonly examples: Examples,
  ) {
    const { inputs } = examples;
    const counts = ENCODINGS.map((encoding) => inputs[encoding].widths.reduce((a, b) => a + b, 0));
    this.#runs = startsOf(counts).firsts.map((first, e) => ({ first, count: counts[e] }));
  }

  /** Made when it is first asked for. */
  tile(encoding: Encoding): Tile {
    const known = this.#tiles.get(encoding);
    if (known) return known;
    const { x } = this.examples;
    const run = this.#runs[ENCODINGS.indexOf(encoding)];
    const tile = new Tile(this.engine, x.rows, run.count);
    this.#tiles.set(encoding, tile);
    takeColumns(tile.values(), x.values(), x.rows, stride(x.columns), run);
    return tile;
  }

  /** What a candidate learns from. */
  of({ encodings }: Family): Examples {
    return { ...this.examples, x: this.tile(encodings[0]) };
  }

  [Symbol.dispose](): void {
    for (const tile of this.#tiles.values()) tile.dispose();
  }
}

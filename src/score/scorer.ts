/**
 * Fitted scores at work: the models of one or several targets that read the same features, placed in memory once. A batch is encoded once
 * for all of them, by a worker; single rows are computed on the calling thread, with everything laid out beforehand.
 *
 * Each target is a section of its own (section.ts). Sections that share a scorer ask it for the same batch, and share what it gives.
 */
import type { Engine } from '../engine/engine.js';
import { type Binding, type Features, rawColumns, type Words } from '../prepare/features.js';
import type { RawColumns } from '../programs/encoder.js';
import { ScorePass, type ScorePlan, scoreLayout } from '../programs/score.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { RowKeys } from '../table/row-keys.js';
import type { PlainRow, Users } from '../table/section.js';
import type { Table } from '../table/table.js';
import { Layout, type Region } from '../wasm/memory.js';
import { ResidentScores } from './resident.js';
import type { Score } from './score.js';
import { slotOf } from './shards.js';

/** Where a batch is computed. */
interface Slot {
  region: Region;
  rows: number;
  explain: boolean;
}

/** A batch that sections share: it holds until each of them has let go. */
export interface ScoredBatch {
  /** address of each target's ArrowArray */
  addresses: number[];
  /** where the columns of each target stand */
  out: ScorePass['out'];
  release(): void;
}

/** Rows computed on the calling thread. */
export interface ScoredRows extends Words {
  u8: Uint8Array;
  /** where the columns of each target stand */
  out: ScorePass['out'];
}

/** Where rows are scored on the calling thread. */
interface Desk extends Words {
  region: Region;
  raw: RawColumns;
  pass: ScorePass;
  u8: Uint8Array;
  /** the memory's buffer that the views are of */
  buffer: ArrayBufferLike;
}

/** Rows that are computed at once on the calling thread. */
export const ROWS = 256;
const CONTROL = { aborted: () => false, progress: () => {} };

export class Scorer implements Disposable {
  readonly features: Features;
  /** values without a label of their own, by column; of dates cells that are none; in all tables profiled so far */
  readonly unknown = new Map<string, number>();
  readonly #resident: ResidentScores;
  /** columns that the models know and do not read: targets, id, ignored ones */
  readonly known: ReadonlySet<string>;
  #bound = new WeakMap<Table, Binding>();
  #shared = new Map<Users, Promise<ScoredBatch>>();
  readonly #free: Slot[] = [];
  #busy = 0;
  /** for one row and for several, with reasons and without: see #desk */
  readonly #desks = new Map<number, Desk>();
  #computed: { rows: readonly PlainRow[]; explain: boolean } | undefined;

  /** @param scores of the same features */
  constructor(
    private readonly engine: Engine,
    readonly scores: readonly Score[],
  ) {
    this.features = scores[0].features;
    this.#resident = new ResidentScores(engine, this.features, scores);
    const known = scores.flatMap(({ target, id, summary }) => [target.name, id, ...summary.ignored.map(({ name }) => name)]);
    this.known = new Set(known.filter((name) => name !== undefined));
  }

  get plan(): ScorePlan {
    return this.#resident.plan;
  }

  /** @param sections how many will ask for this batch, and release it */
  batch(users: Users, sections: number, explain: boolean, run: RunOptions): Promise<ScoredBatch> {
    const shared = this.#shared.get(users);
    if (shared) return shared;
    const fresh = this.#compute(users, sections, explain, run);
    this.#shared.set(users, fresh);
    fresh.catch(() => this.#shared.delete(users));
    return fresh;
  }

  async #compute(users: Users, sections: number, explain: boolean, run: RunOptions): Promise<ScoredBatch> {
    const { engine, features, plan } = this;
    const binding = this.#bind(users.table as Table);
    const rows = users.ids.length;
    const slot = this.#take(rows, explain);
    try {
      const at = slotOf(engine, features, plan, slot.rows, explain);
      const { offset } = slot.region;
      const raw = rawColumns(offset + at.raw, rows);
      binding.fill(engine.memory.buffer, raw, users.first);
      const args = { ...raw, plan, explain, out: offset + at.out, scratch: offset + at.scratch };
      const addresses = await engine.run('score', args, run);
      let holders = sections;
      const release = () => {
        if (--holders > 0) return;
        this.#shared.delete(users);
        this.#give(slot);
      };
      return { addresses, out: scoreLayout(plan, rows, explain, new Layout(args.out)), release };
    } catch (error) {
      this.#give(slot);
      throw error;
    }
  }

  #bind(table: Table): Binding {
    let binding = this.#bound.get(table);
    if (!binding) {
      binding = this.features.bind(table, this.known);
      this.#bound.set(table, binding);
      for (const [name, count] of binding.unknown) this.unknown.set(name, (this.unknown.get(name) ?? 0) + count);
    }
    return binding;
  }

  /** The smallest free slot that is large enough, or a new one. */
  #take(rows: number, explain: boolean): Slot {
    const fits = this.#free.filter((slot) => slot.explain === explain && slot.rows >= rows).sort((a, b) => a.rows - b.rows);
    this.#busy++;
    if (fits.length > 0) return this.#free.splice(this.#free.indexOf(fits[0]), 1)[0];
    try {
      const { bytes } = slotOf(this.engine, this.features, this.plan, rows, explain);
      return { region: this.engine.allocate(bytes), rows, explain };
    } catch (error) {
      this.#busy--;
      throw error;
    }
  }

  /** A slot is kept for the next batch while others are under way. */
  #give(slot: Slot): void {
    this.#free.push(slot);
    if (--this.#busy > 0) return;
    for (const { region } of this.#free.splice(0)) region.dispose();
  }

  /**
   * Computes rows at once, on the calling thread; sections that ask for the same array of rows share the result.
   * @param rows at most ROWS
   * @returns where the results stand: views that hold until the next call
   * @throws CameoError 'column' for a value of another type than the column had in fitting, and for a row of which no key is known
   */
  rows(rows: readonly PlainRow[], explain: boolean, keys: RowKeys): ScoredRows {
    const desk = this.#desk(rows.length === 1 ? 1 : ROWS, explain);
    if (this.#computed?.rows !== rows || this.#computed.explain !== explain) {
      this.#computed = undefined;
      for (let r = 0; r < rows.length; r++) this.features.fillRow(rows[r], desk, desk.raw, r, keys);
      desk.pass.run(rows.length, CONTROL);
      if (this.scores.length > 1) this.#computed = { rows, explain };
    }
    return { f32: desk.f32, i32: desk.i32, u8: desk.u8, out: desk.pass.out };
  }

  /** Room for single rows or for several, laid out once; again when the memory has grown. */
  #desk(size: number, explain: boolean): Desk {
    const { engine, plan, features } = this;
    const key = explain ? size : -size;
    const known = this.#desks.get(key);
    if (known && known.buffer === engine.memory.buffer) return known;
    const at = slotOf(engine, features, plan, size, explain);
    const region = known?.region ?? engine.allocate(at.bytes);
    const raw = rawColumns(region.offset + at.raw, size);
    const places = { out: region.offset + at.out, scratch: region.offset + at.scratch };
    const pass = new ScorePass(engine.kernels, engine.memory, { ...raw, plan, explain, ...places });
    const { buffer } = engine.memory;
    const views = { f32: new Float32Array(buffer), i32: new Int32Array(buffer), u8: new Uint8Array(buffer) };
    const desk = { region, raw, pass, buffer, ...views };
    this.#desks.set(key, desk);
    return desk;
  }

  /** Gives the models' memory back. A second call does nothing. */
  dispose(): void {
    this.#resident.dispose();
    for (const { region } of this.#desks.values()) region.dispose();
    this.#desks.clear();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

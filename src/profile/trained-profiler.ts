/**
 * A fitted profiler for single users: what every runtime has, with no files, no threads and no Arrow. profiler.ts adds fitting and
 * profiles of whole tables, edge.ts loading where there is nothing but WebAssembly.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Target } from '../prepare/target.js';
import type { RawColumns } from '../programs/encode.js';
import { ProfilePass } from '../programs/profile.js';
import type { Region } from '../wasm/memory.js';
import { fillRow, LabelIndex, type Value } from './bind.js';
import { featureNames } from './features.js';
import { type Model, ResidentModel, type Summary } from './model.js';
import { rawColumns, slotOf } from './shards.js';
import type { FoldIn, History, Recommendation, TrainedRecommender } from './trained-recommender.js';

/** One reason of a profile. */
export interface ExplanationEntry {
  feature: string;
  /** the feature's value, null where it is missing or the feature is a category */
  value: number | null;
  /** the category, '(rare)' or '(missing)'; null for a number and for a category that was never seen */
  category: string | null;
  /** what the feature adds to the score, in the scale that the schema's metadata names */
  contribution: number;
}

/** One profile as a plain object: user_id, score_T, percentile_T, prediction_T, explanation_T, as in the batches. */
export type Profile = Record<string, string | number | null | ExplanationEntry[]>;

/** Values by column name; what is absent, null or NaN is missing. */
export type Row = Readonly<Record<string, Value>>;

/** Where rows are profiled on the calling thread. */
interface Slot {
  region: Region;
  raw: RawColumns;
  pass: ProfilePass;
  /** the memory's buffer that the views are of */
  buffer: ArrayBufferLike;
  f32: Float32Array;
  i32: Int32Array;
  u8: Uint8Array;
}

/** Rows that profileBatch computes at once. */
const BATCH = 256;
const CONTROL = { aborted: () => false, progress: () => {} };

export class TrainedProfiler implements Disposable {
  protected readonly resident: ResidentModel;
  protected readonly labels: LabelIndex[];
  readonly #names: string[];
  readonly #labelNames: string[];
  readonly #slots = new Map<string, Slot>();

  /** Use `Profiler.fit` or `Profiler.load`. @param recommender the events' part of the model, where it has one */
  protected constructor(
    protected readonly engine: Engine,
    protected readonly model: Model,
    protected readonly recommender?: TrainedRecommender,
  ) {
    this.resident = new ResidentModel(engine, model);
    this.labels = model.features.categories.map((feature) => new LabelIndex(feature));
    this.#names = featureNames(model.features);
    this.#labelNames = model.features.categories.flatMap(({ encoding }) => encoding.labels);
  }

  /** What training found: evaluation, importances, cross-validation. */
  get summary(): Summary {
    return this.model.summary;
  }
  get target(): Target {
    return this.model.target;
  }
  /** Name of the id column; undefined where the row number is the id. */
  get id(): string | undefined {
    return this.model.id;
  }
  /** Names of the features, numbers first. A copy. */
  get features(): string[] {
    return [...this.#names];
  }
  protected get labelNames(): readonly string[] {
    return this.#labelNames;
  }

  /**
   * Profiles one user, at once and on the calling thread.
   * @param row values by column name; what is absent, null or NaN is missing
   * @param options `explain`: default true; without, the explanation is left out
   * @returns a plain object of its own, equal to the user's row in the batches of `profile`
   * @throws CameoError 'column' for a value of another type than the column had in fitting
   */
  profileOne(row: Row, { explain = true }: { explain?: boolean } = {}): Profile {
    return this.#profileRows([row], 0, 1, explain)[0];
  }

  /** As profileOne, for several users: one profile a row, in order. Faster than one by one; rows are taken 256 at a time. */
  profileBatch(rows: readonly Row[], { explain = true }: { explain?: boolean } = {}): Profile[] {
    const profiles: Profile[] = [];
    for (let first = 0; first < rows.length; first += BATCH) {
      const count = Math.min(BATCH, rows.length - first);
      for (const profile of this.#profileRows(rows, first, count, explain)) profiles.push(profile);
    }
    return profiles;
  }

  /**
   * Items for a user of the event log, by id, or for anyone by the items that they had.
   *
   * An unknown user, and a history without an item that the model knows, is no error but a cold start: what most users had, with
   * nothing in `because`.
   * @param options `n`: how many; default 10
   * @throws CameoError 'argument' where the model was fitted without events
   */
  recommend(user: string | History, options: { n?: number } = {}): Promise<Recommendation[]> {
    return this.#events.recommendOne(user, options);
  }

  /** Whether `recommend` has anything to go by: an id that was in fitting, or a known item. @throws as `recommend` */
  knows(user: string | History): boolean {
    return this.#events.knows(user);
  }

  /** The factors of someone who was not in fitting: see TrainedRecommender.foldIn. @throws as `recommend` */
  foldIn(history: History): FoldIn {
    return this.#events.foldIn(history);
  }

  get #events(): TrainedRecommender {
    if (!this.recommender) throw errors.invalid('This model was fitted without events. Fit one with --events to recommend.');
    return this.recommender;
  }

  /** Room for single rows or for batches, laid out once; again when the memory has grown. */
  #slot(size: number, explain: boolean): Slot {
    const { engine } = this;
    const { plan } = this.resident;
    const key = `${size} ${explain}`;
    const known = this.#slots.get(key);
    if (known && known.buffer === engine.memory.buffer) return known;
    const at = slotOf(engine, plan, size, explain);
    const region = known?.region ?? engine.allocate(at.bytes);
    const raw = rawColumns(region.offset + at.raw, size);
    const places = { out: region.offset + at.out, scratch: region.offset + at.scratch };
    const pass = new ProfilePass(engine.kernels, engine.memory, { ...raw, model: plan, explain, ...places });
    const { buffer } = engine.memory;
    const views = { f32: new Float32Array(buffer), i32: new Int32Array(buffer), u8: new Uint8Array(buffer) };
    const slot = { region, raw, pass, buffer, ...views };
    this.#slots.set(key, slot);
    return slot;
  }

  #profileRows(rows: readonly Row[], first: number, count: number, explain: boolean): Profile[] {
    const { model } = this;
    const { plan } = this.resident;
    const { raw, pass, f32, i32, u8 } = this.#slot(count === 1 ? 1 : BATCH, explain);
    for (let r = 0; r < count; r++) fillRow(model.features, this.labels, rows[first + r], f32, i32, raw, r);
    pass.run(count, CONTROL);
    const columns = pass.out;
    const bit = (address: number, i: number) => (u8[address + (i >> 3)] >> (i & 7)) & 1;
    const { name, classes } = model.target;
    const n = this.#names.length;
    return Array.from({ length: count }, (_, r) => {
      const result: Profile = {};
      if (model.id !== undefined) {
        const id = rows[first + r][model.id];
        result.user_id = id === null || id === undefined ? null : String(id);
      }
      result[`score_${name}`] = f32[columns.score / 4 + r];
      if (plan.nRanks > 0) result[`percentile_${name}`] = f32[columns.percentile / 4 + r];
      if (classes.length > 0) result[`prediction_${name}`] = classes[i32[columns.label / 4 + r]];
      if (!explain) return result;
      const entries: ExplanationEntry[] = [];
      for (let i = r * n; i < (r + 1) * n; i++) {
        entries.push({
          feature: this.#names[i32[columns.feature / 4 + i]],
          value: bit(columns.valueValid, i) ? f32[columns.value / 4 + i] : null,
          category: bit(columns.categoryValid, i) ? this.#labelNames[i32[columns.category / 4 + i]] : null,
          contribution: f32[columns.contribution / 4 + i],
        });
      }
      result[`explanation_${name}`] = entries;
      return result;
    });
  }

  /** Gives the model's memory back. The profiler cannot be used afterwards; a second call does nothing. */
  dispose(): void {
    this.resident.dispose();
    for (const { region } of this.#slots.values()) region.dispose();
    this.#slots.clear();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

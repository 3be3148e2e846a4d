/**
 * The profiler: a fitted pipeline that turns rows of users into profiles.
 *
 *     const profiler = await Profiler.fit(engine, table, { target: 'Revenue' });
 *     for await (const batch of profiler.profile(table)) …
 */
import type { RecordBatch, Schema } from 'apache-arrow';
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Evaluation, evaluate } from '../metrics/index.js';
import { kindName, truthOf } from '../prepare/target.js';
import { type FitOptions, fitModel, type Progress } from '../score/fit.js';
import type { ProfileBatches } from '../table/arrow.js';
import type { Column, Table } from '../table/table.js';
import { type Binding, bindTable } from './bind.js';
import { columnOf, refuseInfinity } from './features.js';
import { loadProfiler } from './load-profiler.js';
import { writeModel } from './model-file.js';
import { idsOf, rawColumns, SHARD, scoreRows, slotOf } from './shards.js';
import { TrainedProfiler } from './trained-profiler.js';

export interface ProfileOptions {
  /** default true; without, the explanation column is left out */
  explain?: boolean;
  /** default true: batches own their values. Without, they are views, valid until the next batch is asked for. */
  copy?: boolean;
  /** columns of the source that the profiles carry as they are, numbers as float64; default: none */
  attributes?: readonly Pick<Column, 'name' | 'kind'>[];
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** What the contributions of each task are made of. */
const SCALE = {
  binary: 'log-odds of the last class',
  multiclass: "the predicted class's raw output above the mean of all classes",
  regression: "the target's units",
} as const;

export class Profiler extends TrainedProfiler {
  /** Values per category column without a label of their own (rare in fitting, or never seen), in all profiling so far. */
  readonly unknownCategories: Record<string, number> = {};

  /**
   * Cleans, encodes, splits, trains, evaluates and ranks the features: see FitOptions.
   *
   * @throws CameoError 'column' or 'data' for a table that cannot be used, 'diverged', 'aborted', 'memory'
   */
  static async fit(engine: Engine, table: Table, options: FitOptions): Promise<Profiler> {
    return new Profiler(engine, await fitModel(engine, table, options));
  }

  /**
   * @param bytes what `save` gave
   * @param options `engine`; default: the process-wide engine
   * @throws CameoError 'model' for bytes that are not a whole model file of a known version
   */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<Profiler> {
    return new Profiler(...(await loadProfiler(bytes, async () => options.engine ?? defaultEngine())));
  }

  /** The model file: safetensors with the pipeline in its metadata. The same model gives the same bytes. A copy. */
  save(): Promise<Uint8Array> {
    return writeModel(this.model);
  }

  /** The schema of the batches that `profile` yields; its metadata names the scale and base of the contributions. */
  async schema(options: ProfileOptions = {}): Promise<Schema> {
    return (await this.#batches(options)).schema;
  }

  /**
   * Profiles every row, in order, a record batch for each shard of 4,096 rows.
   *
   * @param source a table, or tables that arrive one after the other; a slow reader of the batches slows its reading
   * @throws CameoError 'column' for a column that is absent or of another type than in fitting
   */
  async *profile(source: Table | AsyncIterable<Table>, options: ProfileOptions = {}): AsyncGenerator<RecordBatch> {
    const { explain = true, copy = true, attributes = [], signal, onProgress } = options;
    const { engine } = this;
    const model = this.resident.plan;
    const batches = await this.#batches(options);
    const at = slotOf(engine, model, SHARD, explain);
    const queue: { ids: (string | null)[]; carried: Column[]; first: number; rows: number }[] = [];
    const total = Symbol.asyncIterator in source ? 0 : source.rows;
    const shards = this.#shards(source, attributes);
    const results = engine.map(
      'profile',
      shards,
      ({ binding, ids, carried, first, rows }, slot) => {
        const raw = rawColumns(slot + at.raw, rows);
        binding.fill(engine.memory.buffer, raw, first);
        queue.push({ ids, carried, first, rows });
        return { ...raw, model, explain, out: slot + at.out, scratch: slot + at.scratch };
      },
      { signal, slotBytes: at.bytes },
    );
    let done = 0;
    for await (const { value } of results) {
      const { ids, carried, first, rows } = queue.shift() as (typeof queue)[0];
      yield batches.batch(engine.memory, value, ids, carried, first, copy);
      done += rows;
      onProgress?.({ stage: 'profile', done, total });
    }
  }

  /**
   * The metrics on another table that has the target; rows without it are left out.
   * @throws CameoError 'column' as `profile`, also for the target
   */
  async evaluate(table: Table, options: Pick<ProfileOptions, 'signal'> = {}): Promise<Evaluation> {
    const truth = truthOf(this.model.target, columnOf(table, 'Target', this.model.target.name));
    const rows = Int32Array.from(truth.keys()).filter((r) => !Number.isNaN(truth[r]));
    const { plan } = this.resident;
    const scores = await scoreRows(this.engine, plan, this.#bind(table), rows, options);
    const actual = Float64Array.from(rows, (r) => truth[r]);
    return evaluate(this.model.target.task, actual, scores, plan.network.sizes.at(-1) as number);
  }

  async #batches({ explain = true, attributes }: ProfileOptions): Promise<ProfileBatches> {
    // Arrow is loaded when batches are asked for: profileOne does without.
    const { ProfileBatches } = await import('../table/arrow.js');
    const { target, base, ranks } = this.model;
    return new ProfileBatches({
      target: target.name,
      classes: target.classes,
      features: this.features,
      labels: [...this.labelNames],
      percentile: ranks.length > 0,
      explanation: explain,
      attributes,
      metadata: {
        'cameo.task': target.task,
        'cameo.classes': JSON.stringify(target.classes),
        'cameo.contribution.scale': SCALE[target.task],
        'cameo.contribution.base': JSON.stringify(base),
      },
    });
  }

  #bind(table: Table): Binding {
    const { target, id, summary, features } = this.model;
    const known = new Set([target.name, ...(id === undefined ? [] : [id]), ...summary.ignored.map(({ name }) => name)]);
    return bindTable(features, this.labels, table, known);
  }

  async *#shards(source: Table | AsyncIterable<Table>, attributes: readonly Pick<Column, 'name' | 'kind'>[]) {
    let before = 0;
    for await (const table of Symbol.asyncIterator in source ? source : [source]) {
      if (table.rows === 0 && Symbol.asyncIterator in source) continue;
      const binding = this.#bind(table);
      for (const [name, count] of Object.entries(binding.unknown)) {
        this.unknownCategories[name] = (this.unknownCategories[name] ?? 0) + count;
      }
      const column = this.model.id === undefined ? undefined : columnOf(table, 'Id', this.model.id);
      const carried = attributes.map(({ name, kind }) => {
        const found = columnOf(table, 'Attribute', name);
        if (found.kind !== kind) throw errors.columnType(name, kindName(kind), kindName(found.kind));
        if (found.kind === 'number') refuseInfinity(found);
        return found;
      });
      for (let first = 0; first < table.rows; first += SHARD) {
        const rows = Math.min(SHARD, table.rows - first);
        yield { binding, ids: idsOf(column, first, rows, before), carried, first, rows };
      }
      before += table.rows;
    }
  }
}

/**
 * A family and a recommender that learn next to nothing: a constant score, and one list for everybody. They prove that a new one needs its
 * own file and its lines in the tables, and nothing else: `register` adds those lines.
 */
import * as v from 'valibot';
import { families, readers } from '../../src/models/index.js';
import type { Examples, Family, Model, ModelReader } from '../../src/models/model.js';
import { atLeast } from '../../src/options.js';
import { f32, type Part, type PartReader } from '../../src/part.js';
import type { PredictorKind, PredictorPlan } from '../../src/programs/predictor.js';
import { predictors } from '../../src/programs/predictors.js';
import { readers as recommenderReaders, families as recommenders } from '../../src/recommend/index.js';
import type { Pairs, RecommenderFamily, Recommends, TopList } from '../../src/recommend/recommender.js';
import { stride } from '../../src/wasm/kernels.js';
import type { Layout } from '../../src/wasm/memory.js';

interface ConstantPlan extends PredictorPlan {
  kind: 'constant';
  /** f32[outputs] */
  values: number;
  outputs: number;
  groups: number;
}

const predictor: PredictorKind<ConstantPlan> = (_, memory, { values, outputs, groups }, layout, batch) => {
  const ld = stride(outputs);
  const out = layout.take(batch * ld * 4);
  return {
    run(_x, count) {
      if (!memory) return out;
      const raw = new Float32Array(memory.buffer, values, outputs);
      const rows = new Float32Array(memory.buffer, out, count * ld);
      for (let r = 0; r < count; r++) rows.set(raw, r * ld);
      return out;
    },
    explain(_x, _direction, count, to) {
      if (memory) new Float32Array(memory.buffer, to, count * groups).fill(0);
    },
  };
};

class ConstantModel implements Model {
  readonly family = 'constant';
  readonly encoding = 'raw';
  readonly facts = { learnt: 'the mean' };

  constructor(
    private readonly values: Float32Array,
    private readonly widths: readonly number[],
  ) {}

  get inputs() {
    return this.widths.reduce((a, b) => a + b, 0);
  }
  get outputs() {
    return this.values.length;
  }
  place(layout: Layout): ConstantPlan {
    return { kind: 'constant', values: layout.put(this.values), outputs: this.outputs, groups: this.widths.length };
  }
  base() {
    return [...this.values];
  }
  write(): Part {
    return { metadata: {}, tensors: { values: f32(this.values) } };
  }
}

const reader: ModelReader = {
  encoding: 'raw',
  read: (part: PartReader, { widths }, outputs) => new ConstantModel(part.f32('values', [outputs]), widths),
};

const family: Family<{ prior: number }> = {
  ...reader,
  name: 'constant',
  tasks: ['binary', 'multiclass', 'regression'],
  options: v.strictObject({ prior: v.optional(atLeast(0), 1) }),
  async fit(_, { task, outputs, y, widths }: Examples, { prior }) {
    const counts = new Float64Array(task === 'regression' ? 1 : Math.max(2, outputs)).fill(prior);
    for (const value of y) counts[task === 'regression' ? 0 : value] += task === 'regression' ? value : 1;
    const logs = counts.map((count) => Math.log(count));
    if (task === 'binary') return new ConstantModel(Float32Array.of(logs[1] - logs[0]), widths);
    return new ConstantModel(Float32Array.from(task === 'regression' ? [counts[0] / y.length] : logs), widths);
  },
};

/** Items in the order of their numbers, for everybody. */
class ConstantList implements Recommends {
  readonly family = 'constant-list';
  readonly facts = {};
  readonly rank = 0;

  constructor(
    readonly users: number,
    readonly items: number,
    readonly histories: Recommends['histories'],
  ) {}

  #list(n: number, had: ArrayLike<number>): TopList {
    const left = Array.from({ length: this.items }, (_, i) => i).filter((i) => !Array.from(had).includes(i));
    const ids = Int32Array.from(left.slice(0, n));
    return { ids, scores: Float32Array.from(ids, (i) => -i) };
  }
  #had(user: number) {
    const { offsets, items } = this.histories;
    return items.subarray(offsets[user], offsets[user + 1]);
  }
  async recommend(users: ArrayLike<number>, { n }: { n: number }) {
    return Array.from(users, (user) => this.#list(n, this.#had(user)));
  }
  score(_: ArrayLike<number>, items: ArrayLike<number>) {
    return Float32Array.from(items, (i) => -i);
  }
  async similar(items: ArrayLike<number>, { n }: { n: number }) {
    return Array.from(items, (item) => this.#list(n, [item]));
  }
  async recommendFor({ items }: { items: ArrayLike<number> }, { n }: { n: number }) {
    return this.#list(n, items);
  }
  because(lists: readonly { of: ArrayLike<number>; among: Int32Array }[], n: number) {
    return lists.map(({ of, among }) => Array.from(of, () => among.slice(0, n)));
  }
  popular(n: number) {
    return this.#list(n, []);
  }
  write(): Part {
    const { offsets, items } = this.histories;
    const f64 = (values: Int32Array) => ({ shape: [values.length], values: Float64Array.from(values) });
    return { metadata: {}, tensors: { size: f64(Int32Array.of(this.items)), offsets: f64(offsets), items: f64(items) } };
  }
}

const WHOLE = { least: 0, most: 2 ** 31 - 1 };
const listReader = {
  read(_: unknown, part: PartReader) {
    const [items] = part.i32('size', [1], WHOLE);
    const offsets = part.i32('offsets', [part.length('offsets')], WHOLE);
    const had = part.i32('items', [part.length('items')], { least: 0, most: items - 1 });
    return new ConstantList(offsets.length - 1, items, { offsets, items: had });
  },
};
const listFamily: RecommenderFamily = {
  ...listReader,
  name: 'constant-list',
  options: v.strictObject({}),
  async fit(_, { users, items, user, item }: Pairs) {
    const offsets = new Int32Array(users + 1);
    for (const u of user) offsets[u + 1]++;
    for (let u = 0; u < users; u++) offsets[u + 1] += offsets[u];
    return new ConstantList(users, items, { offsets, items: item.slice() });
  },
};

/** Adds the lines that a family and a recommender have in the tables. */
export function register(): void {
  predictors.constant = predictor as PredictorKind;
  readers.constant = reader;
  families.constant = family as unknown as Family;
  recommenders['constant-list'] = listFamily;
  recommenderReaders['constant-list'] = listReader;
}

/**
 * Matrix factorization by stochastic gradient descent: score(u, i) = μ + bᵤ + bᵢ + pᵤ · qᵢ, for ratings ('squared') and for
 * events without ratings ('logistic', 'bpr'). The formulas stand in assembly/factorize.ts, the schedule in
 * programs/factorize.ts.
 */
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { CameoError, errors } from '../errors.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import type { FactorizeResult } from '../programs/factorization/factorize.js';
import { shuffle } from '../random.js';
import { readSafetensors, type Safetensors, type Tensor, writeSafetensors } from '../safetensors.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { Layout } from '../wasm/memory.js';
import {
  checkOptions,
  DEFAULTS,
  type FactorizationSettings,
  type MatrixFactorizationOptions,
} from './factorization-options.js';
import { type FoldedIn, foldInEvents, foldInRatings } from './fold-in.js';
import { checkInteractions, historyOf, type Interactions, maximum } from './interactions.js';
import { solve } from './solve.js';
import { BLOCKS, cutStrata } from './strata.js';
import { type TopList, topByProduct } from './top.js';

export interface RecommendOptions extends RunOptions {
  /** default 10 */
  n?: number;
  /** items to leave out, per user asked for; default: those that the user had in fitting. null: none. */
  exclude?: readonly ArrayLike<number>[] | null;
}

/** A part of a score: an item that the user had, or null for what no item carries (biases, the mean, the start). */
export interface Reason {
  item: number | null;
  contribution: number;
}

/** Streams of the generator for the factors' start and the held-out share. */
const STREAM = { p: 0x71000000, q: 0x71000001, held: 0x71000002 };
const ATTEMPTS = 3;

export class MatrixFactorization {
  /** f32[users, rank] and f32[items, rank], row-major. */
  userFactors = new Float32Array(0);
  itemFactors = new Float32Array(0);
  userBiases = new Float32Array(0);
  itemBiases = new Float32Array(0);
  /** μ: the mean rating; 0 for events. */
  mean = 0;
  /** Mean loss of each epoch, and the held-out error after it. */
  lossCurve: number[] = [];
  validationErrors: number[] = [];
  stopped: FactorizeResult['stopped'] | undefined;
  /** The items of each user in fitting, ascending: items[offsets[u]] … items[offsets[u + 1] − 1]. */
  history = { offsets: new Int32Array(1), items: new Int32Array(0) };

  constructor(private readonly options: MatrixFactorizationOptions = {}) {}

  get users(): number {
    return this.userBiases.length;
  }
  get items(): number {
    return this.itemBiases.length;
  }

  /**
   * Learns from scratch.
   * @throws CameoError 'argument' for ids that are no whole numbers of 31 bits or sizes that differ, 'data' for no entries,
   *   one user, one item, or values that are not finite, 'diverged' naming epoch and rate, 'memory'
   */
  async fit(data: Interactions, run: RunOptions = {}): Promise<this> {
    this.userFactors = this.itemFactors = this.userBiases = this.itemBiases = new Float32Array(0);
    return this.partialFit(data, run);
  }

  /** Goes on from what was learnt, with these entries; new ids get vectors of their own. Throws as `fit`. */
  async partialFit(data: Interactions, run: RunOptions = {}): Promise<this> {
    const o = { ...DEFAULTS, ...this.options };
    checkOptions(o);
    const { users, items, values, weights } = checkInteractions(o.loss, data);
    const engine = await this.#engine();
    const nUsers = Math.max(this.users, maximum(users) + 1);
    const nItems = Math.max(this.items, maximum(items) + 1);
    if (nUsers < 2) throw errors.tooFewRows('Factorization (users)', nUsers, 2);
    if (nItems < 2) throw errors.tooFewRows('Factorization (items)', nItems, 2);
    const all = Int32Array.from({ length: users.length }, (_, i) => i);
    const heldCount = Math.floor(users.length * o.validationFraction);
    const mixed = heldCount > 0 ? shuffle(all.slice(), o.seed, STREAM.held) : all;
    const ld = Math.ceil(o.rank / 8) * 8;
    const blocks = (await engine.blocks(users.length - heldCount, nUsers, nItems, ld)) ?? BLOCKS;
    const strata = cutStrata(users, items, mixed.subarray(heldCount), nUsers, nItems, o.seed, blocks);
    const { userRow, itemRow, rowsP, rowsQ, starts } = strata;
    const order = new Int32Array(users.length);
    order.set(strata.order);
    order.set(mixed.subarray(0, heldCount), strata.order.length);
    const history = historyOf(users, items, nUsers);
    const mean = values
      ? order.subarray(0, strata.order.length).reduce((sum, e) => sum + values[e], 0) / strata.order.length
      : 0;

    const length = (rowsP + rowsQ) * (ld + 1);
    const workers = Math.max(1, engine.scheduler.threads);
    const samples = o.loss === 'squared' ? 0 : o.loss === 'bpr' ? 1 : o.samples;
    let largest = 0;
    for (let b = 0; b < blocks * blocks; b++) largest = Math.max(largest, starts[b + 1] - starts[b]);
    const bitsPerWorker = Math.ceil(Math.max(largest * samples, heldCount > 0 ? 32768 : 0) / 16) * 16 + 16;
    const implicit = o.loss !== 'squared';
    const place = (base: number) => {
      const layout = new Layout(base);
      const at = {
        // p, q, bu and bi one behind the other: the program looks at all of them as one array.
        p: layout.take(length * 4),
        users: layout.take(order.length * 4),
        items: layout.take(order.length * 4),
        values: implicit ? 0 : layout.take(order.length * 4),
        weights: weights ? layout.take(order.length * 4) : 0,
        seen: implicit ? layout.take(history.items.length * 4) : 0,
        seenOffsets: implicit ? layout.take((rowsP + 1) * 4) : 0,
        losses: layout.take(blocks * blocks * 8),
        best: heldCount > 0 ? layout.take(length * 4) : 0,
        // Σ of squared gradients, of the rows of p and then those of q.
        squares: o.schedule === 'adagrad' ? layout.take((rowsP + rowsQ) * 4) : 0,
        bits: layout.take(workers * bitsPerWorker * 4),
        sync: layout.take(BARRIER_BYTES),
      };
      return { at, bytes: layout.bytes };
    };
    using region = engine.allocate(place(0).bytes);
    const { at } = place(region.offset);
    const q = at.p + rowsP * ld * 4;
    const bu = q + rowsQ * ld * 4;
    const bi = bu + rowsP * 4;
    engine.i32(at.users, order.length).set(order.map((e) => userRow[users[e]]));
    engine.i32(at.items, order.length).set(order.map((e) => itemRow[items[e]]));
    if (values) engine.f32(at.values, order.length).set(Float32Array.from(order, (e) => values[e]));
    if (weights) engine.f32(at.weights, order.length).set(Float32Array.from(order, (e) => weights[e]));
    if (implicit) this.#placeSeen(engine, at.seen, at.seenOffsets, history, strata);

    const start = () => {
      // Room first, then views: the memory may grow.
      using drawn = engine.allocate(Math.max(nUsers, nItems) * o.rank * 4 + 16);
      const parameters = engine.f32(at.p, length).fill(0);
      const rows = (n: number, row: Int32Array, offset: number, stream: number, known: Float32Array) => {
        engine.kernels.random_uniform(drawn.offset, n * o.rank, -o.initScale, 2 * o.initScale, o.seed, stream);
        const fresh = engine.f32(drawn.offset, n * o.rank);
        const before = known.length / o.rank;
        for (let i = 0; i < n; i++) {
          const from = i < before ? known : fresh;
          parameters.set(from.subarray(i * o.rank, (i + 1) * o.rank), offset + row[i] * ld);
        }
      };
      rows(nUsers, userRow, 0, STREAM.p, this.userFactors);
      rows(nItems, itemRow, rowsP * ld, STREAM.q, this.itemFactors);
      this.userBiases.forEach((b, u) => {
        parameters[(rowsP + rowsQ) * ld + userRow[u]] = b;
      });
      this.itemBiases.forEach((b, i) => {
        parameters[(rowsP + rowsQ) * ld + rowsP + itemRow[i]] = b;
      });
      if (at.squares) engine.f32(at.squares, rowsP + rowsQ).fill(1);
      engine.i32(at.sync, BARRIER_BYTES / 4).fill(0);
    };
    const shared = {
      ...at,
      q,
      bu,
      bi,
      loss: o.loss,
      blocks,
      starts: [...starts],
      rowsP,
      rowsQ,
      ld,
      mean,
      heldFirst: strata.order.length,
      held: heldCount,
      epochs: o.epochs,
      schedule: o.schedule,
      learningRate: o.learningRate,
      learningRateDecay: o.learningRateDecay,
      regularization: o.regularization,
      biases: o.biases,
      samples,
      patience: o.nIterNoChange,
      seed: o.seed,
      bitsPerWorker,
    };
    let result: FactorizeResult | undefined;
    for (let attempt = 1; result === undefined; attempt++) {
      start();
      try {
        result = await engine.gang('factorize', (worker, count) => ({ ...shared, worker, workers: count }), run);
      } catch (error) {
        // A worker that died in the middle leaves half-moved factors: all begin again, which gives the same bytes.
        if (!(error instanceof CameoError) || error.code !== 'worker' || attempt === ATTEMPTS) throw error;
      }
    }
    const values32 = engine.f32(at.p, length);
    const take = (n: number, row: Int32Array, offset: number, step: number, width: number) => {
      const out = new Float32Array(n * width);
      for (let i = 0; i < n; i++) out.set(values32.subarray(offset + row[i] * step, offset + row[i] * step + width), i * width);
      return out;
    };
    this.userFactors = take(nUsers, userRow, 0, ld, o.rank);
    this.itemFactors = take(nItems, itemRow, rowsP * ld, ld, o.rank);
    this.userBiases = take(nUsers, userRow, (rowsP + rowsQ) * ld, 1, 1);
    this.itemBiases = take(nItems, itemRow, (rowsP + rowsQ) * ld + rowsP, 1, 1);
    this.mean = mean;
    this.lossCurve = result.lossCurve;
    this.validationErrors = result.validation;
    this.stopped = result.stopped;
    this.history = history;
    return this;
  }

  /** Scores of pairs: ratings, or for events the log-odds (bpr: a number to rank by). A copy. */
  predict(users: ArrayLike<number>, items: ArrayLike<number>): Float32Array {
    this.#fitted();
    if (users.length !== items.length) throw errors.shape('Items', `${users.length}`, `${items.length}`);
    return Float32Array.from({ length: users.length }, (_, t) => {
      this.#known(users[t], this.users, 'user');
      this.#known(items[t], this.items, 'item');
      return (
        this.mean +
        this.userBiases[users[t]] +
        this.itemBiases[items[t]] +
        this.#dot(this.#user(users[t]), this.#item(items[t]))
      );
    });
  }

  /** The n best items of each user, exact, best first; equal scores by lower item id. */
  async recommend(users: ArrayLike<number>, { n = 10, exclude, ...run }: RecommendOptions = {}): Promise<TopList[]> {
    this.#fitted();
    const rows = Array.from(users);
    for (const user of rows) this.#known(user, this.users, 'user');
    const x = Float32Array.from(rows.flatMap((user) => [...this.#user(user)]));
    const out = exclude === undefined ? rows.map((user) => this.#had(user)) : exclude;
    const engine = await this.#engine();
    const lists = await topByProduct(engine, x, this.itemFactors, this.itemBiases, this.#rank, n, out, run);
    // The same for every item of a user, so it was left out of the ranking.
    lists.forEach(({ scores }, r) => {
      for (let k = 0; k < scores.length; k++) scores[k] += this.mean + this.userBiases[rows[r]];
    });
    return lists;
  }

  /** The n items most like each of these, by the cosine of their factors; the item itself is left out. */
  similarItems(items: ArrayLike<number>, { n = 10, ...run }: { n?: number } & RunOptions = {}): Promise<TopList[]> {
    return this.#similar(items, this.itemFactors, this.items, 'item', n, run);
  }

  /** As similarItems, for users. */
  similarUsers(users: ArrayLike<number>, { n = 10, ...run }: { n?: number } & RunOptions = {}): Promise<TopList[]> {
    return this.#similar(users, this.userFactors, this.users, 'user', n, run);
  }

  /**
   * The factor vector of a user who was not in fitting, from their items, with the items held fixed: for ratings the
   * least-squares solution, for events the steps of fitting.
   *
   * @param history items, and for 'squared' their values
   * @returns f32[rank] and the user's bias
   */
  foldIn(history: { items: ArrayLike<number>; values?: ArrayLike<number> }): FoldedIn {
    this.#fitted();
    const o = { ...DEFAULTS, ...this.options };
    const items = Array.from(history.items);
    for (const item of items) this.#known(item, this.items, 'item');
    const side = { factors: this.itemFactors, biases: this.itemBiases, rank: this.#rank, mean: this.mean };
    if (o.loss === 'squared') {
      const { values } = history;
      if (values?.length !== items.length) throw errors.shape('Values', `${items.length}`, `${values?.length ?? 0}`);
      return foldInRatings(side, items, values, { regularization: o.regularization, withBias: o.biases });
    }
    const own = new Set(items);
    const { items: met } = this.history;
    const drawn = shuffle(
      Int32Array.from({ length: met.length }, (_, i) => i),
      o.seed,
      STREAM.held,
    );
    let next = 0;
    return foldInEvents(side, items, { ...o, loss: o.loss }, () => {
      for (let tries = 0; tries < 100; tries++) {
        const item = met[drawn[next++ % drawn.length]];
        if (!own.has(item)) return item;
      }
      return undefined;
    });
  }

  /**
   * What carries a user's score for an item: their own items, whose vectors make up the user's, and the rest. The
   * contributions sum to the score.
   * @returns strongest first
   */
  explain(user: number, item: number): Reason[] {
    const [score] = this.predict([user], [item]);
    const p = this.#user(user);
    const own = [...this.#had(user)];
    const q = this.#item(item);
    // p ≈ Σ αⱼ qⱼ over the user's items, by ridge regression in its dual form.
    const gram = own.map((a, i) => own.map((b, j) => this.#dot(this.#item(a), this.#item(b)) + (i === j ? 1e-3 : 0)));
    const alpha =
      own.length > 0
        ? solve(
            gram,
            own.map((j) => this.#dot(this.#item(j), p)),
          )
        : [];
    const reasons: Reason[] = own.map((j, t) => ({ item: j, contribution: alpha[t] * this.#dot(this.#item(j), q) }));
    const carried = reasons.reduce((sum, { contribution }) => sum + contribution, 0);
    reasons.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    return [...reasons, { item: null, contribution: score - carried }];
  }

  /** The model as safetensors; the same model gives the same bytes. A copy. */
  save(): Promise<Uint8Array> {
    this.#fitted();
    const { engine: _, ...options } = this.options;
    const f32 = (values: Float32Array, ...shape: number[]): Tensor => ({ shape, values });
    const f64 = (values: ArrayLike<number>): Tensor => ({ shape: [values.length], values: Float64Array.from(values) });
    return writeSafetensors({
      metadata: { format: 'cameo-factorization', version: '1', options: JSON.stringify({ ...DEFAULTS, ...options }) },
      tensors: {
        userFactors: f32(this.userFactors, this.users, this.#rank),
        itemFactors: f32(this.itemFactors, this.items, this.#rank),
        userBiases: f32(this.userBiases, this.users),
        itemBiases: f32(this.itemBiases, this.items),
        mean: f64([this.mean]),
        'history.offsets': f64(this.history.offsets),
        'history.items': f64(this.history.items),
      },
    });
  }

  /** @throws CameoError 'model' for bytes that `save` did not give */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<MatrixFactorization> {
    return MatrixFactorization.fromSafetensors(await readSafetensors(bytes), options);
  }

  /** As `load`, from a file that was read already. */
  static fromSafetensors({ metadata, tensors }: Safetensors, { engine }: { engine?: Engine } = {}): MatrixFactorization {
    if (metadata.format !== 'cameo-factorization')
      throw errors.modelFile('format', "'cameo-factorization'", `'${metadata.format}'`);
    if (metadata.version !== '1') throw errors.modelFile('version', '1', String(metadata.version));
    let options: FactorizationSettings;
    try {
      options = { ...DEFAULTS, ...JSON.parse(metadata.options) };
    } catch {
      throw errors.modelFile('options', 'JSON', 'something else');
    }
    const model = new MatrixFactorization({ ...options, engine });
    checkOptions(options);
    const [users, items] = [tensors.userBiases?.shape[0] ?? 0, tensors.itemBiases?.shape[0] ?? 0];
    const tensor = (name: string, ...shape: number[]) => {
      const found = tensors[name];
      if (!found || `${found.shape}` !== `${shape}`)
        throw errors.modelFile(`tensor '${name}'`, `shape ${shape}`, `${found?.shape ?? 'nothing'}`);
      if (!found.values.every(Number.isFinite)) throw errors.modelFile(`tensor '${name}'`, 'finite numbers', 'others');
      return found.values;
    };
    model.userFactors = Float32Array.from(tensor('userFactors', users, options.rank));
    model.itemFactors = Float32Array.from(tensor('itemFactors', items, options.rank));
    model.userBiases = Float32Array.from(tensor('userBiases', users));
    model.itemBiases = Float32Array.from(tensor('itemBiases', items));
    model.mean = tensor('mean', 1)[0];
    const offsets = Int32Array.from(tensor('history.offsets', users + 1));
    const had = Int32Array.from(tensor('history.items', tensors['history.items']?.shape[0] ?? 0));
    const rising = offsets.every((v, u) => v >= (u === 0 ? 0 : offsets[u - 1]));
    if (!rising || offsets[users] !== had.length || !had.every((i) => i >= 0 && i < items)) {
      throw errors.modelFile("tensor 'history'", 'offsets and items that fit', 'others');
    }
    model.history = { offsets, items: had };
    return model;
  }

  #placeSeen(
    engine: Engine,
    seen: number,
    offsets: number,
    history: MatrixFactorization['history'],
    strata: ReturnType<typeof cutStrata>,
  ) {
    const { userRow, itemRow, rowsP } = strata;
    const rows: (Int32Array | undefined)[] = new Array(rowsP);
    userRow.forEach((row, user) => {
      const from = history.offsets[user];
      if (user + 1 < history.offsets.length)
        rows[row] = history.items
          .slice(from, history.offsets[user + 1])
          .map((i) => itemRow[i])
          .sort();
    });
    const [items, starts] = [engine.i32(seen, history.items.length), engine.i32(offsets, rowsP + 1)];
    let at = 0;
    for (let row = 0; row < rowsP; row++) {
      starts[row] = at;
      const own = rows[row];
      if (own) items.set(own, at);
      at += own?.length ?? 0;
    }
    starts[rowsP] = at;
  }

  async #similar(rows: ArrayLike<number>, factors: Float32Array, count: number, what: string, n: number, run: RunOptions) {
    this.#fitted();
    const k = this.#rank;
    const unit = new Float32Array(factors.length);
    for (let i = 0; i < count; i++) {
      const row = factors.subarray(i * k, (i + 1) * k);
      const norm = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0)) || 1;
      for (let j = 0; j < k; j++) unit[i * k + j] = row[j] / norm;
    }
    const asked = Array.from(rows);
    for (const row of asked) this.#known(row, count, what);
    const x = Float32Array.from(asked.flatMap((row) => [...unit.subarray(row * k, (row + 1) * k)]));
    const engine = await this.#engine();
    return topByProduct(
      engine,
      x,
      unit,
      new Float32Array(count),
      k,
      n,
      asked.map((row) => [row]),
      run,
    );
  }

  get #rank() {
    return this.options.rank ?? DEFAULTS.rank;
  }
  #user(u: number) {
    return this.userFactors.subarray(u * this.#rank, (u + 1) * this.#rank);
  }
  #item(i: number) {
    return this.itemFactors.subarray(i * this.#rank, (i + 1) * this.#rank);
  }
  #had(u: number) {
    const { offsets, items } = this.history;
    return u + 1 < offsets.length ? items.subarray(offsets[u], offsets[u + 1]) : new Int32Array(0);
  }
  #dot(a: Float32Array, b: Float32Array) {
    let sum = 0;
    for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
    return sum;
  }
  #fitted() {
    if (this.users === 0) throw errors.notFitted('MatrixFactorization');
  }
  #known(id: number, count: number, what: string) {
    if (!(id >= 0 && id < count && Number.isInteger(id)))
      throw errors.invalid(`There is no ${what} ${id}: fitting had ${what}s 0 to ${count - 1}.`);
  }
  async #engine() {
    return this.options.engine ?? (await defaultEngine());
  }
}

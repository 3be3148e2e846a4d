/**
 * The conformance battery: every program that has a WebGPU twin against the scalar references, on any engine. It needs nothing of a
 * runtime but WebGPU, so that Node, Bun, Deno and a browser run the same file.
 */
import type { Engine } from '../../src/engine/engine.js';
import { CameoError } from '../../src/errors.js';
import {
  ACTIVATIONS,
  type Activation,
  type Network,
  packedIndex,
  parametersOf,
} from '../../src/programs/perceptron/network.js';
import { predictScratch } from '../../src/programs/perceptron/predict.js';
import { type TrainOptions, trainScratch } from '../../src/programs/perceptron/train.js';
import { topScratch } from '../../src/programs/top.js';
import { stride } from '../../src/wasm/kernels.js';
import type { WebGPUOptions } from '../../src/webgpu/open.js';
import { epochs, type Loss } from '../support/factorization.js';
import { flat, gradient, type Layers, type Output, optimizer, outputs, probabilities, unflat } from '../support/network.js';

export interface Options {
  device: 'auto' | 'wasm' | 'webgpu';
  threads: number;
  webgpu?: WebGPUOptions;
}
type Open = (options: Options) => Promise<Engine>;

export interface Outcome {
  name: string;
  /** absent where it passed */
  error?: string;
}

/** Numbers within ± 1, the same each time. */
function generator(seed: number) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((state / 2147483647) * 2 - 1);
  };
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Each value within `tolerance`, relative to the largest of the expected. */
function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string) {
  const scale = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i] - expected[i]) / scale;
    check(off <= tolerance, `${what}: ${actual[i]} for ${expected[i]} at ${i}`);
  }
}

/** Copies arrays into the engine's memory and gives their addresses; all are let go at the end. */
function desk(engine: Engine) {
  const regions: { dispose(): void }[] = [];
  const take = (bytes: number) => {
    const region = engine.allocate(bytes);
    regions.push(region);
    return region.offset;
  };
  return {
    room: take,
    f32(values: ArrayLike<number>) {
      const at = take(values.length * 4);
      engine.f32(at, values.length).set(values);
      return at;
    },
    i32(values: ArrayLike<number>) {
      const at = take(values.length * 4);
      engine.i32(at, values.length).set(values);
      return at;
    },
    clear() {
      for (const region of regions) region.dispose();
    },
  };
}

/** Columns with missing values, far from zero. */
function makeColumns(rows: number, count: number, next: () => number) {
  return Array.from({ length: count }, (_, j) =>
    Float32Array.from({ length: rows }, (_, i) => ((i + j) % 7 === 3 ? Number.NaN : next() * (j + 1) + j * 1e5)),
  );
}

const ROWS = [0, 1, 2, 5, 63, 64, 65, 127, 257, 2047, 2048, 2049, 4099];

async function moments(engine: Engine, rows: number, count: number) {
  const d = desk(engine);
  const columns = makeColumns(rows, count, generator(rows + 7));
  const out = d.room(count * 64);
  await engine.run('moments', { columns: columns.map((c) => d.f32(c)), rows, out });
  columns.forEach((column, j) => {
    const known = [...column].filter((v) => !Number.isNaN(v));
    const mean = known.reduce((s, v) => s + v, 0) / (known.length || 1);
    const m2 = known.reduce((s, v) => s + (v - mean) ** 2, 0);
    const found = engine.f64(out + j * 64, 3);
    check(found[0] === known.length, `count ${found[0]} for ${known.length}`);
    // Relative to the values, whose mean may be next to nothing.
    near([found[1], 1], [known.length ? mean : 0, 1], 1e-5, 'mean');
    near([found[2]], [m2], 1e-5, 'sum of squares');
  });
  d.clear();
}

async function scale(engine: Engine, rows: number, count: number) {
  const d = desk(engine);
  const columns = makeColumns(rows, count, generator(rows + 9));
  const [at, to, back] = [0, 1, 2].map(() => columns.map((c) => d.f32(c)));
  const parameters = d.f32(columns.flatMap((_, j) => [j * 1e5, 0.25, 2 / (j + 1), j % 2 ? Number.NaN : j * 1e5]));
  await engine.run('scale', { columns: at, out: to, parameters, rows, inverse: false });
  await engine.run('scale', { columns: to, out: back, parameters, rows, inverse: true });
  columns.forEach((column, j) => {
    const [high, low, inverse, fill] = engine.f32(parameters + j * 16, 4);
    const expected = column.map((v) => ((Number.isNaN(v) ? fill : v) - high - low) * inverse);
    const found = engine.f32(to[j], rows);
    expected.forEach((v, i) => check(Number.isNaN(v) === Number.isNaN(found[i]), 'a missing value'));
    const known = expected.map((v, i) => (Number.isNaN(v) ? i : -1)).every((i) => i < 0);
    if (known) near(found, expected, 1e-5, 'standardized');
    const again = engine.f32(back[j], rows);
    near(
      again.map((v, i) => (Number.isNaN(column[i]) ? 0 : v)),
      column.map((v) => (Number.isNaN(v) ? 0 : v)),
      1e-5,
      'inverse',
    );
  });
  d.clear();
}

function makeNetwork(sizes: number[], next: () => number): Layers {
  const coefs = sizes
    .slice(1)
    .map((units, l) =>
      Array.from({ length: sizes[l] }, () => Array.from({ length: units }, () => Math.fround(next() / Math.sqrt(sizes[l])))),
    );
  return { coefs, intercepts: sizes.slice(1).map((units) => Array.from({ length: units }, () => Math.fround(next() / 4))) };
}

/** As the kernels want the parameters. */
function pack(sizes: number[], { coefs, intercepts }: Layers): Float32Array {
  const { weights, biases, length } = parametersOf(sizes);
  const values = new Float32Array(length);
  coefs.forEach((layer, l) => {
    layer.forEach((row, i) =>
      row.forEach((v, j) => {
        values[weights[l] + packedIndex(i, j, sizes[l], sizes[l + 1])] = v;
      }),
    );
    values.set(intercepts[l], biases[l]);
  });
  return values;
}

function unpack(sizes: number[], values: Float32Array): Layers {
  const { weights, biases } = parametersOf(sizes);
  return {
    coefs: weights.map((at, l) =>
      Array.from({ length: sizes[l] }, (_, i) =>
        Array.from({ length: sizes[l + 1] }, (_, j) => values[at + packedIndex(i, j, sizes[l], sizes[l + 1])]),
      ),
    ),
    intercepts: biases.map((at, l) => [...values.subarray(at, at + sizes[l + 1])]),
  };
}

const outputOf = (units: number, code: number): Output => (units > 1 ? 'softmax' : code % 2 ? 'logistic' : 'identity');

async function predict(engine: Engine, sizes: number[], rows: number, code: number) {
  const d = desk(engine);
  const next = generator(rows * 31 + sizes.length + code + 1);
  const [inputs, units] = [sizes[0], sizes[sizes.length - 1]];
  const output = outputOf(units, code);
  const network: Network = { sizes, activation: ACTIVATIONS[code] as Activation, output };
  const layers = makeNetwork(sizes, next);
  const x = Array.from({ length: rows }, () => Array.from({ length: inputs }, next));
  const columns = Array.from({ length: inputs }, (_, j) => d.f32(x.map((row) => row[j])));
  const [parameters, out, scratch] = [
    d.f32(pack(sizes, layers)),
    d.room(rows * units * 4),
    d.room(predictScratch(engine.kernels, network)),
  ];
  await engine.run('predict', { network, parameters, columns, rows, out, scratch });
  if (rows > 0) {
    const z = outputs(x, layers, code).at(-1) as number[][];
    near(
      engine.f32(out, rows * units),
      z.flatMap((row) => probabilities(row, output)),
      1e-5,
      `${sizes} ${output}`,
    );
  }
  d.clear();
}

interface Training {
  sizes: number[];
  rows: number;
  batch: number;
  code: number;
  solver: 'adam' | 'sgd';
  epochs: number;
  held?: number;
  /** called after each epoch */
  onEpoch?: (epoch: number) => void;
}

async function runTraining(engine: Engine, { sizes, rows, batch, code, solver, epochs: count, held = 0, onEpoch }: Training) {
  const d = desk(engine);
  const next = generator(rows + batch * 3 + code + 1);
  const [inputs, units] = [sizes[0], sizes[sizes.length - 1]];
  const output = outputOf(units, code);
  const network: Network = { sizes, activation: ACTIVATIONS[code] as Activation, output };
  const layers = makeNetwork(sizes, next);
  const x = Array.from({ length: rows }, () => Array.from({ length: inputs }, next));
  const y = x.map((row) =>
    output === 'softmax' ? Math.abs(Math.round(row[0] * 50)) % units : output === 'logistic' ? Number(row[0] > 0) : row[0] * 2,
  );
  const options: TrainOptions = {
    solver,
    alpha: 0.01,
    batchSize: batch,
    learningRate: 'constant',
    learningRateInit: 0.01,
    powerT: 0.5,
    maxIter: count,
    tol: -1e9,
    nIterNoChange: 1000,
    shuffle: held > 0,
    momentum: 0.9,
    nesterovsMomentum: true,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    seed: 5,
  };
  const ld = stride(inputs);
  const tile = d.f32(x.flatMap((row) => [...row, ...new Array(ld - inputs).fill(0)]));
  const index = Array.from({ length: rows }, (_, i) => i);
  const { length } = parametersOf(sizes);
  const args = {
    network,
    options,
    x: tile,
    y: output === 'softmax' ? d.i32(y) : d.f32(y),
    train: d.i32(index.slice(held)),
    trainRows: rows - held,
    validation: d.i32(index.slice(0, held)),
    validationRows: held,
    initial: d.f32(pack(sizes, layers)),
    parameters: d.room(length * 4),
  };
  const scratch = d.room(trainScratch(engine.kernels, args));
  const result = await engine.run('train', { ...args, scratch }, { onProgress: (epoch) => onEpoch?.(epoch) });
  const parameters = engine.f32(args.parameters, length).slice();
  d.clear();
  return { layers, x, y, output, options, result, parameters };
}

async function train(engine: Engine, training: Training) {
  const { sizes, rows, batch, code, solver, epochs: count } = training;
  const { layers, x, y, output, options, result, parameters } = await runTraining(engine, training);
  const w = flat(layers);
  const step = optimizer(solver, w.length, options.learningRateInit);
  const curve: number[] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    let total = 0;
    for (let first = 0; first < rows; first += batch) {
      const cut = <T>(list: T[]) => list.slice(first, first + batch);
      const g = gradient(cut(x), cut(y), unflat(w, sizes), code, output, options.alpha);
      total += g.loss;
      step(w, flat(g));
    }
    curve.push(total / rows);
  }
  near(result.lossCurve, curve, 1e-4, 'the loss');
  near(flat(unpack(sizes, parameters)), w, 1e-4, `${sizes} ${solver} parameters`);
}

interface Factorization {
  loss: Loss;
  adagrad: boolean;
  rank: number;
  blocks: number;
  users: number;
  items: number;
  entries: number;
  epochs: number;
  weighted?: boolean;
  samples?: number;
  onEpoch?: (epoch: number) => void;
}

async function runFactorization(engine: Engine, f: Factorization) {
  const d = desk(engine);
  const next = generator(f.entries + f.rank * 17 + f.blocks);
  const unit = () => (next() + 1) / 2;
  const ld = Math.ceil(f.rank / 8) * 8;
  const [sizeP, sizeQ] = [f.users, f.items].map((n) => Math.ceil(n / f.blocks / 16) * 16);
  const [rowsP, rowsQ] = [sizeP * f.blocks, sizeQ * f.blocks];
  const list = Array.from({ length: f.entries }, () => ({
    u: Math.floor(unit() * 0.999 * rowsP),
    i: Math.floor(unit() * 0.999 * rowsQ),
    value: Math.fround(unit() * 5),
    weight: f.weighted ? Math.fround(unit() * 2) : 1,
  }));
  const block = ({ u, i }: { u: number; i: number }) => Math.floor(u / sizeP) * f.blocks + Math.floor(i / sizeQ);
  list.sort((a, b) => block(a) - block(b));
  const starts = Array.from({ length: f.blocks * f.blocks + 1 }, (_, b) => list.filter((e) => block(e) < b).length);
  const rows = (n: number) => Array.from({ length: n }, () => Array.from({ length: f.rank }, () => Math.fround(next() * 0.3)));
  const [p, q] = [rows(rowsP), rows(rowsQ)];
  const [bu, bi] = [rowsP, rowsQ].map((n) => Array.from({ length: n }, () => Math.fround(next() * 0.1)));
  const pad = (matrix: number[][]) => matrix.flatMap((row) => [...row, ...new Array(ld - f.rank).fill(0)]);
  const at = d.f32([...pad(p), ...pad(q), ...bu, ...bi]);
  const seen = Array.from({ length: rowsP }, () => new Set<number>());
  for (const { u, i } of list) seen[u].add(i);
  const lists = seen.map((set) => [...set].sort((a, b) => a - b));
  const offsets = [0];
  for (const items of lists) offsets.push(offsets[offsets.length - 1] + items.length);
  const samples = f.loss === 'logistic' ? (f.samples ?? 4) : f.loss === 'bpr' ? 1 : 0;
  const bitsPerWorker = Math.max(1, f.entries) * Math.max(1, samples) + 64;
  const sync = d.room(64);
  engine.i32(sync, 16).fill(0);
  const squares = f.adagrad ? d.f32(new Array(rowsP + rowsQ).fill(1)) : 0;
  const how = { mean: f.loss === 'squared' ? 2.5 : 0, rate: 0.05, l2: 0.02 };
  const result = await engine.run(
    'factorize',
    {
      worker: 0,
      workers: 1,
      sync,
      loss: f.loss,
      blocks: f.blocks,
      starts,
      users: d.i32(list.map((e) => e.u)),
      items: d.i32(list.map((e) => e.i)),
      values: f.loss === 'squared' ? d.f32(list.map((e) => e.value)) : 0,
      weights: f.weighted ? d.f32(list.map((e) => e.weight)) : 0,
      seen: d.i32(lists.flat()),
      seenOffsets: d.i32(offsets),
      p: at,
      q: at + rowsP * ld * 4,
      bu: at + (rowsP + rowsQ) * ld * 4,
      bi: at + ((rowsP + rowsQ) * ld + rowsP) * 4,
      rowsP,
      rowsQ,
      ld,
      mean: how.mean,
      heldFirst: f.entries,
      held: 0,
      epochs: f.epochs,
      schedule: f.adagrad ? 'adagrad' : 'inverse',
      learningRate: how.rate,
      learningRateDecay: 0,
      regularization: how.l2,
      biases: true,
      samples,
      patience: 2,
      seed: 11,
      losses: d.room(f.blocks * f.blocks * 8),
      best: 0,
      squares,
      bits: d.room(bitsPerWorker * 4),
      bitsPerWorker,
    },
    { onProgress: (epoch) => f.onEpoch?.(epoch) },
  );
  const values = engine.f32(at, (rowsP + rowsQ) * (ld + 1)).slice();
  d.clear();
  check(result !== undefined, 'a result');
  return { result, values, ld, how, model: { p, q, bu, bi }, list, lists, starts, samples };
}

async function factorize(engine: Engine, f: Factorization) {
  const { result, values, ld, how, model, list, lists, starts, samples } = await runFactorization(engine, f);
  const { p, q, bu, bi } = model;
  const factors = { ...model, squaresU: new Array(p.length).fill(1), squaresI: new Array(q.length).fill(1) };
  const entries = {
    us: list.map((e) => e.u),
    is: list.map((e) => e.i),
    values: list.map((e) => e.value),
    weights: list.map((e) => e.weight),
    seen: lists,
  };
  const curve = epochs(factors, { ...how, loss: f.loss, adagrad: f.adagrad, ld, l2b: how.l2, biases: true, samples }, entries, {
    blocks: f.blocks,
    starts,
    count: f.epochs,
    seed: 11,
  });
  near(result.lossCurve, curve, 1e-4, `${f.loss} loss`);
  const pad = (matrix: number[][]) => matrix.flatMap((row) => [...row, ...new Array(ld - f.rank).fill(0)]);
  near(values, [...pad(factors.p), ...pad(factors.q), ...bu, ...bi], 1e-4, `${f.loss} factors`);
}

async function top(engine: Engine, rows: number, columns: number, k: number, n: number, excluding: boolean) {
  const d = desk(engine);
  const next = generator(rows * 7 + columns + n);
  const ld = Math.ceil(k / 8) * 8;
  const padded = Math.ceil(columns / 8) * 8;
  // Few different numbers, exact in float32: equal scores are common, and no order of adding changes them.
  const coarse = () => Math.round(next() * 4) / 4;
  const x = Array.from({ length: rows }, () => Array.from({ length: k }, coarse));
  const y = Array.from({ length: columns }, () => Array.from({ length: k }, coarse));
  const bias = Array.from({ length: columns }, coarse);
  const panels = new Float32Array(padded * ld);
  y.forEach((row, j) =>
    row.forEach((v, i) => {
      panels[(j & ~7) * ld + i * 8 + (j & 7)] = v;
    }),
  );
  const exclude = x.map((_, r) =>
    excluding ? Array.from({ length: columns }, (_, c) => c).filter((c) => (c * 7 + r) % 3 === 0) : [],
  );
  const offsets = [0];
  for (const list of exclude) offsets.push(offsets[offsets.length - 1] + list.length);
  const [values, ids] = [d.room(rows * n * 4), d.room(rows * n * 4)];
  await engine.run('top', {
    x: d.f32(x.flatMap((row) => [...row, ...new Array(ld - k).fill(0)])),
    rows,
    y: d.f32(panels),
    bias: d.f32([...bias, ...new Array(padded - columns).fill(Number.NEGATIVE_INFINITY)]),
    columns: padded,
    ld,
    n,
    exclude: excluding ? d.i32(exclude.flat()) : 0,
    offsets: d.i32(offsets),
    values,
    ids,
    scratch: d.room(topScratch(engine.kernels, ld)),
  });
  x.forEach((row, r) => {
    const scores = y.map((other, c) => other.reduce((s, v, i) => s + v * row[i], bias[c]));
    const left = scores.map((_, c) => c).filter((c) => !exclude[r].includes(c));
    const order = left.sort((a, b) => scores[b] - scores[a] || a - b);
    const expected = Array.from({ length: n }, (_, i) => order[i] ?? -1);
    const found = engine.i32(ids + r * n * 4, n);
    check(`${[...found]}` === `${expected}`, `top ${n} of ${columns}: ${[...found]} for ${expected}`);
    near(
      engine.f32(values + r * n * 4, Math.min(n, order.length)),
      order.slice(0, n).map((c) => scores[c]),
      1e-5,
      'score',
    );
    if (order.length < n)
      check(engine.f32(values + r * n * 4, n)[n - 1] === Number.NEGATIVE_INFINITY, 'a place without a score');
  });
  d.clear();
}

/** WebGPU whose devices are kept, so that one can be destroyed in the middle of work. */
function capture(gpu: GPU) {
  const devices: GPUDevice[] = [];
  const wrapped = {
    async requestAdapter(options?: GPURequestAdapterOptions) {
      const adapter = await gpu.requestAdapter(options);
      if (!adapter) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      Object.defineProperty(adapter, 'requestDevice', {
        value: async (descriptor?: GPUDeviceDescriptor) => {
          const device = await requestDevice(descriptor);
          devices.push(device);
          return device;
        },
      });
      return adapter;
    },
  };
  return { gpu: wrapped as unknown as GPU, destroy: () => devices.forEach((device) => void device.destroy()) };
}

const NETWORKS = [
  [1, 1],
  [3, 2, 1],
  [5, 1, 3],
  [17, 31, 5],
  [64, 100, 33, 1],
  [8, 9],
  [129, 127, 2],
];
const FACTORIZATIONS: Factorization[] = (['squared', 'logistic', 'bpr'] as const).flatMap((loss) =>
  [false, true].flatMap((adagrad) => [
    { loss, adagrad, rank: 1, blocks: 8, users: 3, items: 2, entries: 40, epochs: 2 },
    { loss, adagrad, rank: 33, blocks: 8, users: 150, items: 140, entries: 700, epochs: 3, weighted: true, samples: 5 },
    { loss, adagrad, rank: 64, blocks: 16, users: 300, items: 257, entries: 900, epochs: 2 },
  ]),
);

/** One program after the other, on an engine. */
function programs(engine: Engine, small: boolean): [string, () => Promise<void>][] {
  const rows = small ? [1, 257, 4099, 9001] : ROWS;
  return [
    [
      'moments',
      async () => {
        for (const n of rows) for (const count of [1, 3]) await moments(engine, n, count);
      },
    ],
    [
      'standardization and its inverse',
      async () => {
        for (const n of rows) for (const count of [1, 3]) await scale(engine, n, count);
      },
    ],
    [
      'inference',
      async () => {
        for (const sizes of NETWORKS)
          for (const n of [0, 1, 5, 63, 65, 257]) await predict(engine, sizes, n, (sizes.length + n) % 4);
      },
    ],
    [
      'training',
      async () => {
        // Twenty steps each.
        for (const [i, sizes] of NETWORKS.entries()) {
          if (small && sizes[0] > 20) continue;
          for (const solver of ['adam', 'sgd'] as const) {
            await train(engine, { sizes, rows: 47, batch: 13, code: (i + Number(solver === 'sgd')) % 4, solver, epochs: 5 });
          }
        }
      },
    ],
    [
      'factorization',
      async () => {
        for (const f of FACTORIZATIONS) if (!(small && f.loss === 'bpr' && f.rank > 1)) await factorize(engine, f);
      },
    ],
    [
      'top n',
      async () => {
        for (const [r, c, k, n] of [
          [0, 5, 3, 2],
          [1, 1, 1, 1],
          [3, 17, 8, 5],
          [5, 63, 13, 70],
          [7, 257, 33, 10],
          [2, 4099, 9, 10],
        ])
          for (const excluding of [false, true]) await top(engine, r, c, k, n, excluding);
      },
    ],
  ];
}

/**
 * Runs everything.
 * @param open makes an engine of this runtime
 * @param gpu what gives adapters here
 */
export async function battery(open: Open, gpu: GPU): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const run = async (name: string, test: () => Promise<void>) => {
    try {
      await test();
      outcomes.push({ name });
    } catch (error) {
      outcomes.push({ name, error: error instanceof Error ? `${error.message}` : String(error) });
    }
  };
  const engine = await open({ device: 'webgpu', threads: 0, webgpu: { gpu } });
  for (const [name, test] of programs(engine, false)) await run(name, test);

  await run('the same seed gives the same bytes on one device', async () => {
    const bytes = async () => {
      const parts = [
        (await runTraining(engine, { sizes: [7, 20, 3], rows: 90, batch: 16, code: 1, solver: 'adam', epochs: 3, held: 20 }))
          .parameters,
      ];
      for (const f of FACTORIZATIONS) parts.push((await runFactorization(engine, f)).values);
      return parts.map((part) => [...new Uint32Array(part.buffer)].join()).join();
    };
    const first = await bytes();
    check(first === (await bytes()), 'two runs differ');
  });
  await run('34 million rows, more than the default binding holds', () => bigColumn(engine));
  await engine.close();

  // A matrix larger than one binding, by an adapter that seems to bind little.
  const tiny = await open({ device: 'webgpu', threads: 0, webgpu: { gpu, limits: { maxStorageBufferBindingSize: 16384 } } });
  for (const [name, test] of programs(tiny, true)) await run(`${name}, larger than one binding`, test);
  await run('limits too small are an error by name', async () => {
    const wide = { sizes: [200, 200, 1], rows: 20, batch: 20, code: 1, solver: 'adam' as const, epochs: 1 };
    const error = await runTraining(tiny, wide).then(
      () => undefined,
      (e: unknown) => e,
    );
    check(error instanceof CameoError && error.code === 'runtime' && /16384 bytes/.test(error.message), `found ${error}`);
  });
  await tiny.close();
  await run('limits too small are left to WebAssembly under auto', async () => {
    const webgpu = { gpu, software: true, breakEven: 0, limits: { maxStorageBufferBindingSize: 16384 } };
    const auto = await open({ device: 'auto', threads: 0, webgpu });
    await train(auto, { sizes: [70, 80, 1], rows: 20, batch: 20, code: 1, solver: 'adam', epochs: 2 });
    check(/16384 bytes/.test(auto.capabilities().webgpu.reason ?? ''), `reason ${auto.capabilities().webgpu.reason}`);
    await auto.close();
  });

  for (const device of ['auto', 'webgpu'] as const) await loss(device);
  await run('without an adapter', async () => {
    const none = { requestAdapter: async () => null } as unknown as GPU;
    const error = await open({ device: 'webgpu', threads: 0, webgpu: { gpu: none } }).then(
      () => undefined,
      (e: unknown) => e,
    );
    check(error instanceof CameoError && /no adapter/.test(error.message), `found ${error}`);
    const auto = await open({ device: 'auto', threads: 0, webgpu: { gpu: none } });
    check(/no adapter/.test(auto.capabilities().webgpu.reason ?? ''), 'a reason');
    await train(auto, { sizes: [3, 4, 1], rows: 20, batch: 5, code: 1, solver: 'adam', epochs: 2 });
    await auto.close();
  });
  return outcomes;

  /** A device that is destroyed under way; the scalar references must still be met. */
  async function loss(device: 'auto' | 'webgpu') {
    const lossy = async (test: (engine: Engine, destroy: () => void) => Promise<void>) => {
      const { gpu: captured, destroy } = capture(gpu);
      const e = await open({
        device,
        threads: 0,
        webgpu: { gpu: captured, software: true, breakEven: device === 'auto' ? 0 : undefined },
      });
      await test(e, destroy);
      const { device: now, webgpu } = e.capabilities();
      check(now === 'wasm' && !webgpu.inUse && /lost/.test(webgpu.reason ?? ''), `capabilities say ${now}, ${webgpu.reason}`);
      const after = await predict(e, [3, 2, 1], 5, 1).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (device === 'auto') check(after === undefined, `after the loss: ${after}`);
      else check(after instanceof CameoError && /gone/.test(after.message), `after the loss: ${after}`);
      await e.close();
    };
    await run(`a device lost in inference (${device})`, () =>
      lossy(async (e, destroy) => {
        const running = predict(e, [17, 31, 5], 257, 1);
        setTimeout(destroy, 0);
        await running;
        destroy();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }),
    );
    await run(`a device lost in training (${device})`, () =>
      lossy((e, destroy) =>
        train(e, {
          sizes: [17, 31, 5],
          rows: 47,
          batch: 13,
          code: 1,
          solver: 'adam',
          epochs: 5,
          onEpoch: (n) => n === 2 && destroy(),
        }),
      ),
    );
    await run(`a device lost in training with rows held out (${device})`, () =>
      lossy(async (e, destroy) => {
        const training = { sizes: [7, 20, 3], rows: 90, batch: 16, code: 1, solver: 'adam' as const, epochs: 6, held: 20 };
        const wasm = await open({ device: 'wasm', threads: 0 });
        const expected = await runTraining(wasm, training);
        const found = await runTraining(e, { ...training, onEpoch: (n) => n === 3 && destroy() });
        near(found.result.lossCurve, expected.result.lossCurve, 1e-4, 'the loss');
        near(found.parameters, expected.parameters, 1e-4, 'parameters');
        await wasm.close();
      }),
    );
    await run(`a device lost in factorization (${device})`, () =>
      lossy(async (e, destroy) => {
        for (const f of [FACTORIZATIONS[1], FACTORIZATIONS[4]]) {
          await factorize(e, { ...f, epochs: 4, onEpoch: (n) => n === 2 && destroy() });
          if (device === 'webgpu') break;
        }
      }),
    );
  }
}

/** 136 MB of a column, against a sum in closed form. */
async function bigColumn(engine: Engine) {
  const rows = 34_000_001;
  const d = desk(engine);
  const at = d.room(rows * 4);
  const column = engine.f32(at, rows);
  for (let i = 0; i < rows; i++) column[i] = i % 101;
  const out = d.room(64);
  await engine.run('moments', { columns: [at], rows, out });
  const whole = Math.floor(rows / 101);
  const rest = rows % 101;
  const sum = whole * 5050 + (rest * (rest - 1)) / 2;
  const squares = whole * 338350 + ((rest - 1) * rest * (2 * rest - 1)) / 6;
  const found = engine.f64(out, 3);
  near([found[0], found[1], found[2]], [rows, sum / rows, squares - (sum * sum) / rows], 1e-5, 'moments');
  near([found[1]], [sum / rows], 1e-5, 'mean');
  d.clear();
}

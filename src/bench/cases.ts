/**
 * What is measured: the hot programs at sizes from cache-resident to larger than the last level of caches, with their floating-point
 * operations and the bytes that they must move at least.
 */
import type { Engine } from '../engine/engine.js';
import { packedLength } from '../programs/perceptron/network.js';
import { stride } from '../wasm/kernels.js';
import { WEIGHTS } from '../webgpu/perceptron/workloads.js';
import { twinOf } from '../webgpu/twins.js';
import { RANK } from '../webgpu/workload.js';

export interface Case {
  name: string;
  /** what the size says to people */
  size: string;
  /** of one call */
  flops: number;
  read: number;
  written: number;
  /** bytes that a thread touches again and again */
  workingSet: number;
  /** what there are several of, and how many a call does, for a rate */
  unit: string;
  count: number;
  run(): Promise<unknown>;
  dispose(): void;
}

const ROWS = 65536;

/** As many calls side by side as there are workers, each on data of its own. */
function sharded<P extends 'moments' | 'scale' | 'predict' | 'top'>(engine: Engine, workers: number, program: P, work: number) {
  const loads = Array.from({ length: workers }, () => twinOf(program).workload(engine, engine.kernels, work));
  return {
    run: () => Promise.all(loads.map(({ args }) => engine.scheduler.run<P>(program, args))),
    dispose: () => {
      for (const { region } of loads) region.dispose();
    },
  };
}

function dense(engine: Engine, workers: number, [rows, inputs, units]: number[]): Case {
  const floats = [rows * stride(units), rows * stride(inputs), packedLength(inputs, units), stride(units)];
  const scratch = engine.kernels.gemm_scratch(inputs);
  const regions = Array.from({ length: workers }, () => [...floats, scratch].map((n) => engine.allocate(n * 4)));
  for (const [, x, w, b] of regions) for (const r of [x, w, b]) engine.f32(r.offset, r.bytes / 4).fill(0.5);
  const args = regions.map(([out, x, weights, bias, s]) => ({
    kind: 'dense' as const,
    out: out.offset,
    x: x.offset,
    weights: weights.offset,
    bias: bias.offset,
    scratch: s.offset,
    rows,
    inputs,
    units,
  }));
  return {
    name: 'dense',
    size: `${rows}×${inputs}×${units}`,
    flops: workers * 2 * rows * inputs * units,
    read: workers * 4 * (floats[1] + floats[2]),
    written: workers * 4 * floats[0],
    workingSet: 4 * (floats[0] + floats[1] + floats[2]),
    unit: 'products',
    count: workers,
    run: () => Promise.all(args.map((a) => engine.scheduler.run('limits', a))),
    dispose: () => {
      for (const region of regions.flat()) region.dispose();
    },
  };
}

function standardization(engine: Engine, workers: number, program: 'moments' | 'scale', columns: number): Case {
  const bytes = workers * columns * ROWS * 4;
  return {
    name: program === 'moments' ? 'moments' : 'standardization',
    size: `${ROWS} × ${workers * columns}`,
    // Two passes: sum, then squares of deviations; or a difference of two parts and a product.
    flops: (program === 'moments' ? 4 : 3) * (bytes / 4),
    read: bytes,
    written: program === 'scale' ? bytes : 0,
    workingSet: (program === 'scale' ? 2 : 1) * columns * ROWS * 4,
    unit: 'values',
    count: bytes / 4,
    ...sharded(engine, workers, program, columns * ROWS),
  };
}

function inference(engine: Engine, workers: number, rows: number): Case {
  return {
    name: 'inference 100-512-256-1',
    size: `${workers * rows} rows`,
    flops: workers * rows * 2 * WEIGHTS,
    read: workers * 4 * (rows * 100 + WEIGHTS),
    written: workers * 4 * rows,
    workingSet: 4 * (WEIGHTS + 256 * 868),
    unit: 'rows',
    count: workers * rows,
    ...sharded(engine, workers, 'predict', rows * WEIGHTS),
  };
}

function top(engine: Engine, workers: number, columns: number): Case {
  return {
    name: 'top 10, rank 64',
    size: `${workers * 256} × ${columns}`,
    flops: workers * 256 * columns * RANK * 2,
    read: workers * 4 * (columns + 256) * RANK,
    written: 0,
    workingSet: 4 * columns * RANK,
    unit: 'scores',
    count: workers * 256 * columns,
    ...sharded(engine, workers, 'top', 256 * columns * RANK),
  };
}

function training(engine: Engine, batch: number): Case {
  const load = twinOf('train').workload(engine, engine.kernels, batch * WEIGHTS);
  const { trainRows, options } = load.args;
  const rows = trainRows * options.maxIter;
  return {
    name: 'training 100-512-256-1',
    size: `batch ${batch}`,
    flops: rows * 6 * WEIGHTS,
    read: rows * 400,
    written: 0,
    workingSet: 4 * (6 * WEIGHTS + batch * 868 * 2),
    unit: 'rows',
    count: rows,
    run: () => engine.scheduler.run('train', load.args),
    dispose: () => load.region.dispose(),
  };
}

function factorization(engine: Engine, entries: number): Case {
  const load = twinOf('factorize').workload(engine, engine.kernels, entries * RANK);
  // As many epochs as a training has, so that the gang's start does not count.
  const epochs = Math.min(20, Math.ceil(8e6 / entries));
  const steps = entries * epochs;
  const factors = 4 * (load.args.rowsP + load.args.rowsQ) * RANK;
  return {
    name: 'factorization, rank 64',
    size: `${entries / 1000} k ratings`,
    // A product of two rows, and two rows that move by three operations a factor.
    flops: steps * RANK * 8,
    read: steps * (2 * RANK * 4 + 12),
    written: steps * 2 * RANK * 4,
    // A block's rows are visited in any order.
    workingSet: factors / load.args.blocks,
    unit: 'ratings',
    count: steps,
    run: () => {
      engine.i32(load.args.sync, 16).fill(0);
      return engine.gang('factorize', (worker, count) => ({ ...load.args, epochs, worker, workers: count }));
    },
    dispose: () => load.region.dispose(),
  };
}

/**
 * The cases, each made when it is its turn and disposed of after it.
 * @param engine all of its workers are used
 * @param short only those of the small sizes, for a first look
 */
export function cases(engine: Engine, short: boolean): (() => Case)[] {
  const workers = Math.max(1, engine.scheduler.threads);
  const list: (() => Case)[] = [];
  const add = (make: () => Case) => list.push(make);
  for (const size of short
    ? [[768, 256, 768]]
    : [
        [64, 64, 64],
        [768, 256, 768],
        [2048, 1024, 2048],
      ])
    add(() => dense(engine, workers, size));
  for (const program of ['moments', 'scale'] as const) {
    for (const columns of short ? [1, 64] : [1, 16, 128, 512]) {
      if (columns * workers <= 1024) add(() => standardization(engine, workers, program, columns));
    }
  }
  for (const rows of short ? [8192] : [256, 8192, 65536]) add(() => inference(engine, workers, rows));
  for (const columns of short ? [16384] : [1024, 16384, 262144]) add(() => top(engine, workers, columns));
  for (const entries of short ? [200_000] : [20_000, 200_000, 2_000_000]) add(() => factorization(engine, entries));
  if (workers === 1) for (const batch of short ? [200] : [32, 200, 2048]) add(() => training(engine, batch));
  return list;
}

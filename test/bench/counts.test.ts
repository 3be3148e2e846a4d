/**
 * A guard against regressions without clocks: what is deterministic is counted, and more of it than stands here fails. Fewer is an
 * improvement: write the new number down.
 */
import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, MLPClassifier, Profiler, StandardScaler, type Table } from '../../src/index.js';
import { type ProgramName, programs } from '../../src/programs/index.js';
import { filesOf } from '../../src/wasm/builds.js';
import type { Kernels } from '../../src/wasm/kernels.js';
import { Arena } from '../../src/wasm/memory.js';
import { TWINS, type TwinName, twinOf } from '../../src/webgpu/twins.js';
import { open } from '../support/kernels.js';

const CONTROL = { aborted: () => false, progress: () => {} };

/** Calls of each kernel while a program runs. */
function countCalls(program: TwinName, work: number): Record<string, number> {
  const { kernels, memory } = open('simd');
  const calls: Record<string, number> = {};
  const spied = Object.fromEntries(
    Object.entries(kernels).map(([name, kernel]) => [
      name,
      (...args: number[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return (kernel as (...args: number[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Kernels;
  const { args } = twinOf(program).workload(new Arena(memory, 2 ** 32), kernels, work);
  // Sizes are asked for while buffers are laid out; what counts is the work.
  programs[program as ProgramName](spied, memory, args as never, CONTROL);
  delete calls.gemm_scratch;
  return calls;
}

const WEIGHTS = 100 * 512 + 512 * 256 + 256;
const CALLS: Record<TwinName, [work: number, calls: Record<string, number>]> = {
  // A call a column.
  moments: [4 * 65536, { moments: 4 }],
  scale: [4 * 65536, { standardize_column: 4 }],
  // A transposition, three layers and the logistic function for each of 4 tiles of 256 rows.
  predict: [1000 * WEIGHTS, { dense_forward: 12, fill_columns: 1, standardize: 4, vector_logistic: 4 }],
  // Two epochs of four batches: per batch 2 gathers, 3 layers, their weights, the 2 upper ones' input and transposition, Adam for weights
  // and for biases.
  train: [
    128 * WEIGHTS,
    {
      adam: 16,
      dense_backward_input: 16,
      dense_backward_weights: 24,
      dense_forward: 24,
      dense_transpose: 8,
      gather_rows: 16,
      logistic_loss: 8,
      random_shuffle: 2,
      sum_squares: 10,
    },
  ],
  // Two epochs over 8 × 8 blocks, and a look at the parameters after each.
  factorize: [1e4 * 64, { factorize_squared: 128, sum_squares: 2 }],
  // Tiles of 64 rows by 1024 columns.
  top: [256 * 4096 * 64, { dense_forward: 16, top_n: 16 }],
};

for (const program of TWINS) {
  test(`${program} calls its kernels no more often than before`, () => {
    const [work, expected] = CALLS[program];
    const calls = countCalls(program, work);
    assert.equal(Object.keys(calls).sort(), Object.keys(expected).sort());
    for (const [name, most] of Object.entries(expected))
      assert.ok(calls[name] <= most, `${name}: ${calls[name]}, at most ${most}`);
  });
}

/** Bytes that typed arrays are handed from other buffers by `set` and `slice`, while work runs. */
async function countCopies(work: () => Promise<unknown>): Promise<number> {
  let bytes = 0;
  const prototype = Object.getPrototypeOf(Float32Array.prototype) as Float32Array;
  const { set, slice } = prototype;
  prototype.set = function (this: Float32Array, from: ArrayLike<number>, at?: number) {
    if ((from as Float32Array).buffer !== this.buffer) bytes += from.length * this.BYTES_PER_ELEMENT;
    return set.call(this, from, at);
  };
  prototype.slice = function (this: Float32Array, start?: number, end?: number) {
    const part = slice.call(this, start, end);
    bytes += part.byteLength;
    return part;
  };
  try {
    await work();
  } finally {
    prototype.set = set;
    prototype.slice = slice;
  }
  return bytes;
}

const [ROWS, COLUMNS] = [70_000, 12];

test('data in the engine is not copied: only parameters go in, only results come out', async () => {
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  using x = engine.matrix(ROWS, COLUMNS);
  using out = engine.matrix(ROWS, COLUMNS);
  for (let j = 0; j < COLUMNS; j++)
    x.column(j).forEach((_, i, column) => {
      column[i] = (i * (j + 3)) % 17;
    });
  const scaler = new StandardScaler({ engine });
  assert.is(await countCopies(() => scaler.fit(x)), 0);
  assert.is(await countCopies(() => scaler.transform(x, out)), COLUMNS * 16);
  using few = engine.matrix(500, COLUMNS);
  for (let j = 0; j < COLUMNS; j++) few.column(j).set(x.column(j).subarray(0, 500));
  const model = await new MLPClassifier({ engine, maxIter: 1 }).fit(
    few,
    Float64Array.from({ length: 500 }, (_, i) => i % 2),
  );
  const parameters = model.parameters.byteLength;
  // The parameters once; the probabilities from tile to shard to result; identity parameters and pointers of each tile.
  const tiles = Math.ceil(ROWS / 256) + 2;
  const copied = await countCopies(() => model.predictProba(out));
  assert.ok(copied <= parameters + 2 * ROWS * 4 + tiles * COLUMNS * 4 + 3 * COLUMNS * 16, `${copied} bytes`);
});

test('every row is sent to one shard once, and the next profile allocates nothing', async () => {
  await using engine = await createEngine({ threads: 2, device: 'wasm' });
  const values = Float64Array.from({ length: 9000 }, (_, i) => (i * 7919) % 1000);
  const table: Table = {
    rows: values.length,
    columns: [
      { kind: 'number', name: 'x', values },
      { kind: 'category', name: 'y', codes: Int32Array.from(values, (v) => Number(v > 500)), categories: ['a', 'b'] },
    ],
  };
  using profiler = await Profiler.fit(engine, { table }, { target: 'y', model: 'perceptron', modelOptions: { maxIter: 3 } });
  const sent: number[] = [];
  const run = engine.scheduler.run.bind(engine.scheduler);
  engine.scheduler.run = ((program: ProgramName, args: { rows: number }, options: object) => {
    sent.push(args.rows);
    return run(program, args as never, options);
  }) as typeof engine.scheduler.run;
  for await (const _ of profiler.profile(table));
  assert.equal(sent, [4096, 4096, 808]);

  profiler.profileOne({ x: 3 });
  let allocations = 0;
  const allocate = engine.arena.allocate.bind(engine.arena);
  engine.arena.allocate = (bytes: number) => {
    allocations++;
    return allocate(bytes);
  };
  for (let i = 0; i < 10; i++) profiler.profileOne({ x: i });
  assert.is(allocations, 0);
  // A row's keys are listed once, and each is read once.
  const touched: string[] = [];
  const watched = new Proxy(
    { x: 3, y: 'a' },
    {
      ownKeys(row) {
        touched.push('keys');
        return Reflect.ownKeys(row);
      },
      get(row, key) {
        touched.push(String(key));
        return Reflect.get(row, key);
      },
    },
  );
  profiler.profileOne(watched);
  assert.equal(touched, ['keys', 'x']);
  // A slot for each of the shards in flight, and a cell for each run's progress.
  for await (const _ of profiler.profile(table));
  assert.ok(allocations <= 6, `${allocations} allocations`);
});

/** A list of WebAssembly text as nested arrays. */
type Node = string | Node[];
function parse(text: string): Node[] {
  const stack: Node[][] = [[]];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|;;[^\n]*|[()]|[^\s()]+/g)) {
    if (token.startsWith(';;')) continue;
    if (token === '(') stack.push([]);
    else if (token === ')') {
      const done = stack.pop() as Node[];
      stack[stack.length - 1].push(done);
    } else stack[stack.length - 1].push(token);
  }
  return stack[0];
}
const head = (node: Node) => (Array.isArray(node) && typeof node[0] === 'string' ? node[0] : '');
/** All lists of a kind within. */
const all = (node: Node, kind: string): Node[][] =>
  Array.isArray(node) ? [...(head(node) === kind ? [node] : []), ...node.flatMap((child) => all(child, kind))] : [];
/** Instructions: lists whose first word is an operation, reading and writing of locals not counted, since they are registers. */
const instructions = (node: Node): number =>
  Array.isArray(node)
    ? Number(
        /^([a-z0-9]+\.[a-z0-9_.]+|br|br_if|select|call)$/.test(head(node)) &&
          !/^local\./.test(head(node)) &&
          !/\.const$/.test(head(node)),
      ) + node.reduce((sum: number, child) => sum + instructions(child), 0)
    : 0;

/** The text of a module of kernels, and its functions by name. */
function textOf(file: string) {
  const module = parse(binaryen.readBinary(readFileSync(`dist/kernels/${file}.wasm`)).emitText())[0] as Node[];
  return { module, functions: new Map(all(module, 'func').map((f) => [f[1] as string, f])) };
}
const modules = filesOf('relaxed').map(textOf);
/** Innermost loops of an exported kernel and of what it calls directly. */
function innerLoops(name: string): Node[][] {
  const exportOf = ({ module }: (typeof modules)[0]) => all(module, 'export').find((e) => e[1] === `"${name}"`);
  const own = modules.find(exportOf) as (typeof modules)[0];
  const { functions } = own;
  const exported = exportOf(own) as Node[];
  const main = functions.get((exported[2] as Node[])[1] as string) as Node[];
  const called = all(main, 'call')
    .map((c) => functions.get(c[1] as string))
    .filter((f) => f !== undefined);
  return [main, ...called].flatMap((f) => all(f, 'loop')).filter((loop) => all(loop, 'loop').length === 1);
}

/** The loop of each kernel that does the most, its instructions, and how many fused multiply-adds are among them. */
const LOOPS: Record<string, { most: number; madds: number; what: string }> = {
  dense_forward: { most: 19, madds: 8, what: 'a step of a tile of 4 × 8 results' },
  factorize_squared: { most: 19, madds: 4, what: '8 factors of two rows' },
  moments: { most: 18, madds: 0, what: '4 values, the second pass' },
  standardize_column: { most: 17, madds: 0, what: '4 values' },
};

for (const [name, { most, madds, what }] of Object.entries(LOOPS)) {
  test(`the inner loop of ${name} (${what}) has no more instructions than before`, () => {
    const fused = (loop: Node) => all(loop, 'f32x4.relaxed_madd').length;
    const loops = innerLoops(name).filter((loop) => fused(loop) >= madds);
    assert.ok(loops.length > 0, 'no loop with that many multiply-adds');
    // Of those that do the most multiply-adds, the leanest for each.
    const best = Math.max(...loops.map(fused));
    const chosen = loops.filter((loop) => fused(loop) === best);
    const count = name === 'moments' ? Math.max(...chosen.map(instructions)) : Math.min(...chosen.map(instructions));
    console.log(`${name}: ${count} instructions, ${best} of them multiply-adds`);
    assert.ok(count <= most, `${count} instructions, at most ${most}`);
  });
}
test.run();

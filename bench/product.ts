/**
 * The product 768×256×768 in float32, one thread, against whoever offers it in JavaScript and NumPy: the same numbers, the result
 * compared before anything is timed, ours and theirs in turns.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../src/index.js';
import { packedIndex } from '../src/programs/perceptron/network.js';
import { fill, line, median, PEERS, python } from './support.js';

const [M, K, N] = [768, 256, 768];
const TURNS = 9;
const CALLS = 10;

interface Contestant {
  name: string;
  /** what is aimed at, if anything */
  least?: number;
  /** computes once and gives the result, row by row */
  result(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** computes `CALLS` times */
  run(): unknown;
}

const a = new Float32Array(M * K);
const b = new Float32Array(K * N);
fill([a, b]);

async function contestants(folder: string): Promise<(() => Promise<Contestant>)[]> {
  const require = createRequire(join(PEERS, 'package.json'));
  const times = (one: () => unknown) => async () => {
    for (let i = 0; i < CALLS; i++) await one();
  };
  return [
    async () => {
      const { Matrix } = require('ml-matrix');
      const rows = (values: Float32Array, n: number, m: number) =>
        new Matrix(Array.from({ length: n }, (_, r) => Array.from(values.subarray(r * m, (r + 1) * m))));
      const [x, w] = [rows(a, M, K), rows(b, K, N)];
      return { name: 'ml-matrix', result: () => x.mmul(w).to1DArray(), run: times(() => x.mmul(w)) };
    },
    async () => {
      const tf = require('@tensorflow/tfjs-core');
      require('@tensorflow/tfjs-backend-wasm');
      await tf.setBackend('wasm');
      const [x, w] = [tf.tensor2d(a, [M, K]), tf.tensor2d(b, [K, N])];
      const product = () => {
        const c = tf.matMul(x, w);
        const data = c.dataSync();
        c.dispose();
        return data;
      };
      return { name: 'tfjs (wasm)', least: 1.6, result: product, run: times(product) };
    },
    ...['onnxruntime-node', 'onnxruntime-web'].map((name) => async () => {
      const ort = require(name);
      if (ort.env.wasm) ort.env.wasm.numThreads = 1;
      const session = await ort.InferenceSession.create(readFileSync(join(folder, 'product.onnx')), {
        intraOpNumThreads: 1,
        ...(name.endsWith('web') ? { executionProviders: ['wasm'] } : {}),
      });
      const feeds = { a: new ort.Tensor('float32', a, [M, K]), b: new ort.Tensor('float32', b, [K, N]) };
      const product = async () => (await session.run(feeds)).c.data;
      return { name, result: product, run: times(product) };
    }),
  ];
}

export async function product(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-bench-'));
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  const { kernels } = engine;
  const regions = [M * N, M * K, K * N, N, kernels.gemm_scratch(K)].map((n) => engine.allocate(n * 4));
  const [out, x, w, bias, scratch] = regions.map(({ offset }) => offset);
  engine.f32(x, M * K).set(a);
  engine.f32(bias, N).fill(0);
  const packed = engine.f32(w, K * N);
  for (let i = 0; i < K; i++) for (let j = 0; j < N; j++) packed[packedIndex(i, j, K, N)] = b[i * N + j];
  const ours = () => {
    for (let i = 0; i < CALLS; i++) kernels.dense_forward(out, x, w, bias, scratch, M, K, N, 0);
  };
  ours();
  const expected = engine.f32(out, M * N).slice();
  const same = (found: ArrayLike<number>, name: string) => {
    for (let i = 0; i < M * N; i += 97) {
      if (!(Math.abs(found[i] - expected[i]) < 1e-3))
        throw new Error(`${name} gives another product: ${found[i]} for ${expected[i]}`);
    }
  };
  const work = `product ${M}×${K}×${N}, one thread`;
  try {
    if (python) numpy(folder, same, ours, work);
    for (const make of await contestants(folder)) {
      let contestant: Contestant;
      try {
        contestant = await make();
      } catch (error) {
        console.log(`${work.padEnd(48)} a peer is not to be had: ${(error as Error).message.split('\n')[0]}`);
        continue;
      }
      same(await contestant.result(), contestant.name);
      const time = async (run: () => unknown) => {
        const start = performance.now();
        await run();
        return (performance.now() - start) / 1000 / CALLS;
      };
      await contestant.run();
      const turns: [ours: number, theirs: number][] = [];
      for (let turn = 0; turn < TURNS; turn++) turns.push([await time(ours), await time(contestant.run)]);
      const middle = (side: 0 | 1) => median(turns.map((turn) => turn[side]));
      line(work, middle(0), middle(1), contestant.least, contestant.name);
    }
  } finally {
    for (const region of regions) region.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** NumPy in a process of its own on one thread, which also writes the product as ONNX where it can. */
function numpy(folder: string, same: (found: ArrayLike<number>, name: string) => void, ours: () => void, work: string): void {
  const at = (name: string) => join(folder, name);
  writeFileSync(at('a'), a);
  writeFileSync(at('b'), b);
  const script = `
import numpy as np, time
a = np.fromfile(r"${at('a')}", "f4").reshape(${M}, ${K}); b = np.fromfile(r"${at('b')}", "f4").reshape(${K}, ${N})
(a @ b).tofile(r"${at('c')}")
try:
    import onnx
    from onnx import TensorProto, helper
    tensor = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "product", [tensor("a", ${M}, ${K}), tensor("b", ${K}, ${N})], [tensor("c", ${M}, ${N})])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), r"${at('product.onnx')}")
except ImportError:
    pass
times = []
for _ in range(${TURNS}):
    start = time.perf_counter()
    for _ in range(${CALLS}): a @ b
    times.append((time.perf_counter() - start) / ${CALLS})
print(sorted(times)[${TURNS} // 2])`;
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const theirs = Number(execFileSync(python as string, ['-c', script], { encoding: 'utf8', env }));
  same(new Float32Array(new Uint8Array(readFileSync(at('c'))).buffer), 'NumPy');
  const turns = Array.from({ length: TURNS }, () => {
    const start = performance.now();
    ours();
    return (performance.now() - start) / 1000 / CALLS;
  });
  line(work, median(turns), theirs, undefined, 'NumPy (OpenBLAS)');
}

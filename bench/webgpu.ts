/**
 * The WebGPU programs on the adapter found, beside WebAssembly with all workers: transfers included and apart, over growing sizes, with
 * the size from which the device wins. On a real GPU also the three sizes that the project has set itself. From adapters that compute
 * on the processor nothing follows for speed; their lines show that the work is done.
 */

import { findGpu } from '../src/engine/node-gpu.js';
import { createEngine } from '../src/index.js';
import { packedLength } from '../src/programs/perceptron/network.js';
import { stride } from '../src/wasm/kernels.js';
import { Accelerator } from '../src/webgpu/accelerator.js';
import { type Contest, lap, PATIENCE } from '../src/webgpu/break-even.js';
import { gemmKernel } from '../src/webgpu/gemm.js';
import { Gpu } from '../src/webgpu/gpu.js';
import { ForwardPass, type UnitPart } from '../src/webgpu/perceptron/network.js';
import { WEIGHTS } from '../src/webgpu/perceptron/workloads.js';
import { Session } from '../src/webgpu/session.js';
import { TWINS, twinOf } from '../src/webgpu/twins.js';
import { format } from './support.js';

export async function webgpu(): Promise<void> {
  const found = await findGpu();
  const gpu = typeof found === 'string' ? found : await Gpu.open(found);
  if (typeof gpu === 'string') {
    console.log(`WebGPU is not measured: ${gpu}`);
    return;
  }
  await using engine = await createEngine({ device: 'wasm' });
  const { kernels, arena, scheduler } = engine;
  const { vendor, architecture, description, software } = gpu.info;
  console.log(`WebGPU: ${vendor} ${architecture} ${description}, against WebAssembly with ${scheduler.threads} workers`);
  if (software) console.log('  this adapter computes on the processor: no speed is claimed from it');
  const accelerator = new Accelerator(gpu, kernels, arena.memory, { named: true, breakEven: async () => 0 });
  const contest: Contest = { accelerator, scheduler, kernels, arena };
  for (const program of TWINS) {
    let breakEven: number | undefined;
    for (const work of twinOf(program).sizes) {
      const all = await lap(contest, program, work);
      gpu.transfersOnly = true;
      const copies = await lap(contest, program, work);
      gpu.transfersOnly = false;
      if (all.webgpu < all.wasm) breakEven ??= work;
      const apart = Math.max(0, all.webgpu - copies.webgpu);
      console.log(
        `${`  ${program}, size ${work.toExponential(1)}`.padEnd(34)} WebAssembly ${format(all.wasm / 1000)}, WebGPU ` +
          `${format(all.webgpu / 1000)} (transfers ${format(copies.webgpu / 1000)}, computing ${format(apart / 1000)})   ` +
          `${(all.wasm / all.webgpu).toFixed(2)} ×`,
      );
      if (all.webgpu > PATIENCE) break;
    }
    console.log(
      `  ${program}: ${breakEven === undefined ? 'WebAssembly wins at every size tried' : `WebGPU from size ${breakEven}`}`,
    );
  }
  if (software) console.log('  4096³ product, resident inference, 20 M ratings: to be measured on a GPU');
  else await targets(contest, gpu);
  accelerator.close();
}

async function targets(contest: Contest, gpu: Gpu): Promise<void> {
  const verdict = (what: string, value: number, unit: string, least: number) =>
    console.log(`  ${what.padEnd(46)} ${value.toFixed(1)} ${unit}, at least ${least}: ${value >= least ? 'yes' : 'NO'}`);
  const product = await resident(gpu, (session) => {
    const n = 4096;
    const [a, b, c, bias] = [n * n, packedLength(n, n), n * n, n].map((length) => session.buffer(length * 4));
    const [kernel, workgroups] = gemmKernel(gpu, 'dense_forward', 'wrrr', n, n);
    const group = kernel.bind(c, a, b, bias);
    return (work) => work.dispatch(kernel, group, workgroups, [n, n, n, 0, n, 0]);
  });
  verdict('product 4096³', (2 * 4096 ** 3) / product / 1e12, 'TFLOPS', 15);

  const rows = 262144;
  const inference = await resident(gpu, (session) => {
    const sizes = [100, 512, 256, 1];
    const layers: UnitPart[][] = sizes.slice(1).map((units, l) => [
      {
        first: 0,
        units,
        weights: session.buffer(packedLength(sizes[l], units) * 4),
        bias: session.buffer(stride(units) * 4),
      },
    ]);
    const input = session.buffer(rows * stride(sizes[0]) * 4);
    const network = { sizes, activation: 'relu' as const, output: 'logistic' as const };
    const pass = new ForwardPass({ gpu, session, kernels: contest.kernels }, network, layers, input, rows);
    return (work) => pass.run(work, rows);
  });
  const { work, wasm } = await lap(contest, 'predict', twinOf('predict').sizes.at(-1) as number);
  const rowsThen = work / WEIGHTS;
  verdict('inference 100-512-256-1, data resident', wasm / 1000 / rowsThen / (inference / rows), '× WebAssembly', 20);

  const entries = 20e6;
  const { scheduler, kernels, arena, accelerator } = contest;
  const { workload, prefer } = twinOf('factorize');
  const host = workload(arena, kernels, 4e6 * 64);
  const start = performance.now();
  await scheduler.run('factorize', host.args);
  const one = (performance.now() - start) / 1000 / (4e6 * host.args.epochs);
  host.region.dispose();
  const size = { starts: [entries], rowsP: entries / 20, rowsQ: entries / 20 };
  const device = workload(arena, kernels, entries * 64, prefer?.(size, gpu.info));
  const epochs = async (n: number) => {
    const from = performance.now();
    await accelerator.run('factorize', { ...device.args, epochs: n }, {});
    return (performance.now() - from) / 1000;
  };
  await epochs(1);
  // Seconds of an epoch alone: what twelve take more than two.
  const [few, many] = [await epochs(2), await epochs(12)];
  const gpuRate = (10 * entries) / (many - few);
  device.region.dispose();
  verdict('factorization, 20 M ratings, rank 64', (gpuRate * one) / Math.max(1, scheduler.threads), '× WebAssembly', 5);
}

/** Seconds of work whose data stays on the device: the least of some runs of ten. */
async function resident(gpu: Gpu, make: (session: Session) => (work: ReturnType<Gpu['record']>) => void): Promise<number> {
  const session = new Session(gpu);
  const record = make(session);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 6; run++) {
    const start = performance.now();
    const work = gpu.record();
    for (let i = 0; i < 10; i++) record(work);
    work.submit();
    await gpu.device.queue.onSubmittedWorkDone();
    best = Math.min(best, (performance.now() - start) / 10000);
  }
  session.close();
  return best;
}

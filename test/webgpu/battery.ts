/**
 * The conformance battery: every program that has a WebGPU twin against the scalar references, on any engine. It needs nothing of a
 * runtime but WebGPU, so that Node, Bun, Deno and a browser run the same file.
 */
import type { Engine } from '../../src/engine/engine.js';
import { CameoError } from '../../src/errors.js';
import { check, errorOf, type Open, type Outcome, type Run } from './check.js';
import { bigColumn, moments, scale } from './columns.js';
import { FACTORIZATIONS, factorize, runFactorization } from './factorizations.js';
import { loseDevices } from './lost.js';
import { NETWORKS, predict, runTraining, train } from './networks.js';
import { top } from './tops.js';

const ROWS = [0, 1, 2, 5, 63, 64, 65, 127, 257, 2047, 2048, 2049, 4099];

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

/** On a device with all its limits. */
async function onDevice(open: Open, gpu: GPU, run: Run) {
  const engine = await open({ device: 'webgpu', threads: 0, webgpu: { gpu } });
  for (const [name, test] of programs(engine, false)) await run(name, test);
  await run('the same seed gives the same bytes on one device', async () => {
    const training = { sizes: [7, 20, 3], rows: 90, batch: 16, code: 1, solver: 'adam' as const, epochs: 3, held: 20 };
    const bytes = async () => {
      const parts = [(await runTraining(engine, training)).parameters];
      for (const f of FACTORIZATIONS) parts.push((await runFactorization(engine, f)).values);
      return parts.map((part) => [...new Uint32Array(part.buffer)].join()).join();
    };
    const first = await bytes();
    check(first === (await bytes()), 'two runs differ');
  });
  await run('34 million rows, more than the default binding holds', () => bigColumn(engine));
  await engine.close();
}

/** A matrix larger than one binding, by an adapter that seems to bind little. */
async function withSmallLimits(open: Open, gpu: GPU, run: Run) {
  const limits = { maxStorageBufferBindingSize: 16384 };
  const tiny = await open({ device: 'webgpu', threads: 0, webgpu: { gpu, limits } });
  for (const [name, test] of programs(tiny, true)) await run(`${name}, larger than one binding`, test);
  await run('limits too small are an error by name', async () => {
    const wide = { sizes: [200, 200, 1], rows: 20, batch: 20, code: 1, solver: 'adam' as const, epochs: 1 };
    const error = await errorOf(runTraining(tiny, wide));
    check(error instanceof CameoError && error.code === 'runtime' && /16384 bytes/.test(error.message), `found ${error}`);
  });
  await tiny.close();
  await run('limits too small are left to WebAssembly under auto', async () => {
    const auto = await open({ device: 'auto', threads: 0, webgpu: { gpu, software: true, breakEven: 0, limits } });
    await train(auto, { sizes: [70, 80, 1], rows: 20, batch: 20, code: 1, solver: 'adam', epochs: 2 });
    check(/16384 bytes/.test(auto.capabilities().webgpu.reason ?? ''), `reason ${auto.capabilities().webgpu.reason}`);
    await auto.close();
  });
}

async function withoutAdapter(open: Open) {
  const none = { requestAdapter: async () => null } as unknown as GPU;
  const error = await errorOf(open({ device: 'webgpu', threads: 0, webgpu: { gpu: none } }));
  check(error instanceof CameoError && /no adapter/.test(error.message), `found ${error}`);
  const auto = await open({ device: 'auto', threads: 0, webgpu: { gpu: none } });
  check(/no adapter/.test(auto.capabilities().webgpu.reason ?? ''), 'a reason');
  await train(auto, { sizes: [3, 4, 1], rows: 20, batch: 5, code: 1, solver: 'adam', epochs: 2 });
  await auto.close();
}

/**
 * Runs everything.
 * @param open makes an engine of this runtime
 * @param gpu what gives adapters here
 */
export async function battery(open: Open, gpu: GPU): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const run: Run = async (name, test) => {
    const error = await errorOf(test());
    if (error === undefined) outcomes.push({ name });
    else outcomes.push({ name, error: error instanceof Error ? error.message : String(error) });
  };
  await onDevice(open, gpu, run);
  await withSmallLimits(open, gpu, run);
  for (const device of ['auto', 'webgpu'] as const) await loseDevices(open, gpu, device, run);
  await run('without an adapter', () => withoutAdapter(open));
  return outcomes;
}

/** Devices that are lost in the middle of work. */
import type { Engine } from '../../src/engine/engine.js';
import { CameoError } from '../../src/errors.js';
import { StandardScaler } from '../../src/prepare/standard-scaler.js';
import { check, errorOf, near, type Open, type Run } from './check.js';
import { FACTORIZATIONS, factorize } from './factorizations.js';
import { predict, runTraining, train } from './networks.js';

/** WebGPU whose devices are kept, so that one can be destroyed in the middle of work; `submitted` is called after each submission. */
export function capture(gpu: GPU, submitted = () => {}) {
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
          const { queue } = device;
          const submit = queue.submit.bind(queue);
          Object.defineProperty(queue, 'submit', {
            value: (buffers: GPUCommandBuffer[]) => {
              submit(buffers);
              submitted();
            },
          });
          return device;
        },
      });
      return adapter;
    },
  };
  return { gpu: wrapped as unknown as GPU, destroy: () => devices.forEach((device) => void device.destroy()) };
}

/**
 * A matrix in the engine is scaled in place, and the device is gone when some pieces of it have come back. What they held must not be
 * scaled once more by WebAssembly.
 */
async function scaleInPlace(open: Open, gpu: GPU): Promise<void> {
  let left = Number.POSITIVE_INFINITY;
  const { gpu: captured, destroy } = capture(gpu, () => --left === 0 && destroy());
  // 4096 rows of a column go at once.
  const webgpu = { gpu: captured, software: true, breakEven: 0, limits: { maxStorageBufferBindingSize: 16384 } };
  const engine = await open({ device: 'auto', threads: 0, webgpu });
  const [rows, columns] = [9001, 2];
  using x = engine.matrix(rows, columns);
  const values = Array.from({ length: columns }, (_, j) => Float32Array.from({ length: rows }, (_, i) => ((i * 7) % 31) + j));
  values.forEach((column, j) => x.column(j).set(column));
  const scaler = await new StandardScaler({ engine }).fit(x);
  left = 3;
  await scaler.transform(x, x);
  check(/lost/.test(engine.capabilities().webgpu.reason ?? ''), 'the device was not lost');
  values.forEach((column, j) => {
    const expected = column.map((v) => (v - scaler.mean[j]) / scaler.scale[j]);
    near(x.column(j), expected, 1e-5, `column ${j}`);
  });
  await engine.close();
}

/** Each program with a device that is destroyed under way; the scalar references must still be met. */
export async function loseDevices(open: Open, gpu: GPU, device: 'auto' | 'webgpu', run: Run): Promise<void> {
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
    const after = await errorOf(predict(e, [3, 2, 1], 5, 1));
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
  if (device === 'auto') await run('a device lost in standardization in place', () => scaleInPlace(open, gpu));
}

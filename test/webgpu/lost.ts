/** Devices that are lost in the middle of work. */
import type { Engine } from '../../src/engine/engine.js';
import { CameoError } from '../../src/errors.js';
import { check, errorOf, near, type Open, type Run } from './check.js';
import { FACTORIZATIONS, factorize } from './factorizations.js';
import { predict, runTraining, train } from './networks.js';

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
}

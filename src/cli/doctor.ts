/** `cameo doctor`: what this machine offers, what is in use, and why the rest is not. */
import { arch, cpus, platform, totalmem } from 'node:os';
import { Command } from 'commander';
import { breakEvenPath } from '../engine/break-even-book.js';
import type { Capabilities, Capability } from '../engine/capabilities.js';
import { availableCores } from '../engine/cores.js';
import { version } from '../version.js';
import { TWINS } from '../webgpu/twins.js';
import { type EngineFlags, startEngine, withEngine } from './options.js';
import { columns } from './terminal.js';
import { threadsFor, threadsText } from './threads.js';

export function doctorCommand(): Command {
  const command = new Command('doctor').description('Print what this machine offers and what is in use, with reasons.');
  return withEngine(command)
    .option('--json', 'print one JSON object')
    .action(async (flags: EngineFlags & { json?: boolean }) => {
      const threads = await threadsFor(flags.threads);
      await using engine = await startEngine({ ...flags, ...threads });
      await engine.lookForGpu();
      const capabilities = { ...engine.capabilities(), ...threads };
      const machine = {
        cameo: version,
        runtime: capabilities.runtime,
        platform: `${platform()} ${arch()}`,
        processor: cpus()[0]?.model ?? 'unknown',
        cores: availableCores(),
        memory: totalmem(),
        gflops: gigaflops(engine.kernels),
      };
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ machine, capabilities })}\n`);
        return;
      }
      const used = (name: string, { inUse, reason }: Capability) => [name, inUse ? 'in use' : 'not in use', reason ?? ''];
      const rows = [
        ['cameo', version],
        ['runtime', machine.runtime],
        ['machine', `${machine.platform}, ${machine.processor}`],
        ['cores', `${machine.cores} available`, threadsText(capabilities, 'worker thread')],
        [
          'memory',
          `${(machine.memory / 2 ** 30).toFixed(1)} GiB`,
          `the engine may hold ${(engine.memoryStats().maximum / 2 ** 30).toFixed(1)} GiB`,
        ],
        ['kernels', capabilities.build, `${machine.gflops.toFixed(0)} GFLOPS multiply-add on one thread`],
        ['device', capabilities.device],
        used('SIMD', capabilities.simd),
        used('relaxed SIMD', capabilities.relaxedSimd),
        used('shared memory', capabilities.sharedMemory),
        used('WebGPU', capabilities.webgpu),
        ...adapterRows(capabilities.webgpu),
        [
          'reproducible',
          capabilities.reproducible ? 'yes' : 'no',
          capabilities.reproducible ? '' : 'same bytes on this machine; --reproducible for all',
        ],
      ];
      process.stdout.write(`${columns(rows)}\n`);
    });
}

/** The adapter, its limits and features, and the sizes from which programs run on it. */
function adapterRows({ adapter, breakEven }: Capabilities['webgpu']): string[][] {
  if (!adapter) return [];
  const limits = Object.entries(adapter.limits).map(([name, value]) => ['', name, String(value)]);
  const features = adapter.features.map((name, i) => ['', i === 0 ? 'features' : '', name]);
  const rows = [['adapter', `${adapter.vendor} ${adapter.architecture}`, adapter.description], ...limits, ...features];
  if (!breakEven) return rows;
  const sizes = TWINS.map((name, i) => {
    const size = breakEven[name];
    const text = size === undefined ? 'measured when first needed' : size === null ? 'never' : `from ${size}`;
    return [i === 0 ? 'on the GPU' : '', name, text];
  });
  return [...rows, ...sizes, ['', 'kept in', breakEvenPath()]];
}

/** Multiply-adds per second on registers, the best of a few short runs: 96 operations a step. */
function gigaflops(kernels: { madd_peak(steps: number, x: number, y: number): number }): number {
  const steps = 200_000;
  let best = 0;
  for (let run = 0; run < 8; run++) {
    const start = performance.now();
    kernels.madd_peak(steps, 1e-3, 1e-3);
    best = Math.max(best, (steps * 96) / (performance.now() - start) / 1e6);
  }
  return best;
}

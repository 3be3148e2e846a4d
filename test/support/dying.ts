/** Engines whose worker dies once in the middle of its work. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { createEngine, type EngineOptions } from '../../src/engine/create.js';
import type { Engine } from '../../src/engine/engine.js';
import type { ProgramName } from '../../src/programs/index.js';

interface Options extends EngineOptions {
  /** how many workers die; default 1 */
  deaths?: number;
}

/**
 * Works with an engine of one worker, which ends after some kernel calls of a program, and so do as many as take its place.
 * @throws where the worker did not come that far
 */
export async function withDyingWorker<T>(
  program: ProgramName,
  calls: number,
  work: (engine: Engine) => Promise<T>,
  { deaths = 1, ...options }: Options = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cameo-dying-'));
  const marker = join(folder, 'died');
  const module = JSON.stringify(new URL('./dying-worker.js', import.meta.url));
  const file = join(folder, 'worker.mjs');
  const call = `dieAfter(${calls}, ${JSON.stringify(program)}, ${JSON.stringify(marker)}, ${deaths});`;
  writeFileSync(file, `import { dieAfter } from ${module};\n${call}\nexport { default } from ${module};\n`);
  try {
    await using engine = await createEngine({ device: 'wasm', ...options, threads: 1, worker: pathToFileURL(file) });
    const result = await work(engine);
    assert.ok(existsSync(marker), `the worker did not die: '${program}' does not call ${calls} kernels`);
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

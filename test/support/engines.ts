/** Tests of a program that runs on the calling thread and in workers. */
import { test } from 'uvu';
import { createEngine } from '../../src/engine/create.js';
import type { Engine } from '../../src/engine/engine.js';

/** The same with no, one and two workers. */
export function onEngines(title: string, run: (engine: Engine) => Promise<void>): void {
  for (const threads of [0, 1, 2]) {
    test(`${title}, ${threads} threads`, async () => {
      await using engine = await createEngine({ threads, device: 'wasm' });
      await run(engine);
    });
  }
}

/** A saved model for commands that ask it one thing. */
import { createEngine } from '../engine/create.js';
import { readWhole } from '../io/bytes.js';
import { Profiler } from '../profile/profiler.js';

/** One answer is less work than starting a thread. @throws CameoError 'file' or 'model' */
export async function openModel(path: string): Promise<Profiler> {
  const bytes = await readWhole(path);
  return Profiler.load(bytes, { engine: await createEngine({ threads: 0, device: 'wasm' }) });
}

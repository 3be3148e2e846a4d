/** A saved model for commands that ask it one thing. */
import { readFile } from 'node:fs/promises';
import { createEngine } from '../engine/create.js';
import { errors } from '../errors.js';
import { Profiler } from '../profile/profiler.js';

/** One answer is less work than starting a thread. @throws CameoError 'file' or 'model' */
export async function openModel(path: string): Promise<Profiler> {
  const bytes = await readFile(path).catch((cause) => Promise.reject(errors.fileRead(path, cause)));
  return Profiler.load(bytes, { engine: await createEngine({ threads: 0, device: 'wasm' }) });
}

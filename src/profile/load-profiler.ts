/** What a model file makes a profiler of: the same in every entry of the package, which differ in the engine that they bring. */
import type { Engine } from '../engine/engine.js';
import { readSafetensors } from '../safetensors.js';
import type { Model } from './model.js';
import { readModel } from './model-file.js';
import { hasRecommender } from './model-pair.js';
import { readContents, TrainedRecommender } from './trained-recommender.js';

/**
 * @param start gives the engine, asked for when the file has been found good
 * @throws CameoError 'model' for bytes that are not a whole model file of a known version
 */
export async function loadProfiler(
  bytes: Uint8Array,
  start: () => Promise<Engine>,
): Promise<[engine: Engine, model: Model, recommender: TrainedRecommender | undefined]> {
  const file = await readSafetensors(bytes);
  const model = readModel(file);
  const engine = await start();
  return [engine, model, hasRecommender(file) ? new TrainedRecommender(engine, readContents(file, engine)) : undefined];
}

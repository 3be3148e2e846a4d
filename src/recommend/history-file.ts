/**
 * What each user had, in a model file:
 *
 *     history.offsets f64[users + 1]   history.items f64[…]   history.weights f32[…], absent where all count 1
 */
import { f32, f64, type PartReader } from '../part.js';
import type { Tensor } from '../safetensors.js';
import type { Histories } from './recommender.js';

/** What a pair may count: beyond, the sums over them would leave float32. */
export const WEIGHT = { least: 0, most: 1e9 };

export function historyTensors({ offsets, items }: Histories, weights?: Float32Array): Record<string, Tensor> {
  const counted: Record<string, Tensor> = weights ? { 'history.weights': f32(weights) } : {};
  return { 'history.offsets': f64(offsets), 'history.items': f64(items), ...counted };
}

/** Each user's items, ascending and each once. @throws CameoError 'model' naming what was expected and what was found */
export function readHistories(part: PartReader, users: number, count: number): Histories {
  const length = part.length('history.items');
  const offsets = part.i32('history.offsets', [users + 1], { least: 0, most: length });
  const items = part.i32('history.items', [length], { least: 0, most: count - 1 });
  const rising = offsets.every((offset, u) => u === 0 || offset >= offsets[u - 1]);
  const whole = rising && offsets[0] === 0 && offsets[users] === length;
  part.check(whole, "tensor 'history.offsets'", `rising from 0 to ${length}`, `others, to ${offsets[users]}`);
  for (let u = 0; u < users; u++) {
    for (let t = offsets[u] + 1; t < offsets[u + 1]; t++) {
      part.check(items[t] > items[t - 1], "tensor 'history.items'", 'ascending items of each user', 'another order');
    }
  }
  return { offsets, items };
}

/** How much each of these counts: f32[…]. */
export function readWeights(part: PartReader, { items }: Histories): Float32Array | undefined {
  return part.has('history.weights') ? part.f32('history.weights', [items.length], WEIGHT) : undefined;
}

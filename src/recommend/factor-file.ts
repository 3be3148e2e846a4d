/**
 * A factorization in a model file: the settings as JSON, and the tensors
 *
 *     userFactors f32[users, rank]   itemFactors f32[items, rank]   history.offsets f64[users + 1]
 *     userBiases  f32[users]         itemBiases  f32[items]         history.items   f64[…]           mean f64[1]
 */
import { f32, f64, type Part, type PartReader } from '../part.js';
import { type FactorizationSettings, SETTINGS } from './factorization-options.js';
import { BIASES, FACTORS, type Factors } from './factors.js';
import type { Histories } from './recommender.js';

const FORMAT = 'cameo-factorization';
const VERSION = '1';

export function writeFactors(f: Factors, settings: FactorizationSettings): Part {
  return {
    metadata: { format: FORMAT, version: VERSION, options: JSON.stringify(settings) },
    tensors: {
      userFactors: f32(f.userFactors, f.users, f.rank),
      itemFactors: f32(f.itemFactors, f.items, f.rank),
      userBiases: f32(f.userBiases),
      itemBiases: f32(f.itemBiases),
      mean: f64([f.mean]),
      'history.offsets': f64(f.history.offsets),
      'history.items': f64(f.history.items),
    },
  };
}

/** @throws CameoError 'model' naming what was expected and what was found */
export function readFactors(part: PartReader): { factors: Factors; settings: FactorizationSettings } {
  for (const [name, expected] of [
    ['format', FORMAT],
    ['version', VERSION],
  ]) {
    const found = part.text(name);
    part.check(found === expected, name, `'${expected}'`, `'${found}'`);
  }
  const settings = part.json('options', SETTINGS);
  const { rank } = settings;
  const [users, items] = [part.length('userBiases'), part.length('itemBiases')];
  part.check(users > 0 && items > 0, 'users and items', 'at least one of each', `${users} and ${items}`);
  const factors = {
    rank,
    users,
    items,
    userFactors: part.f32('userFactors', [users, rank], FACTORS),
    itemFactors: part.f32('itemFactors', [items, rank], FACTORS),
    userBiases: part.f32('userBiases', [users], BIASES),
    itemBiases: part.f32('itemBiases', [items], BIASES),
    mean: part.f64('mean', [1], BIASES)[0],
    history: readHistories(part, users, items),
  };
  return { factors, settings };
}

/** Each user's items, ascending and each once. */
function readHistories(part: PartReader, users: number, count: number): Histories {
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

/**
 * A factorization in a model file: the settings as JSON, and the tensors
 *
 *     userFactors f32[users, rank]   itemFactors f32[items, rank]   history.offsets f64[users + 1]
 *     userBiases  f32[users]         itemBiases  f32[items]         history.items   f64[…]           mean f64[1]
 */
import { f32, f64, type Part, type PartReader } from '../part.js';
import { corrects, type FactorizationSettings, FILE_SETTINGS } from './factorization-options.js';
import { BIASES, FACTORS, type Factors } from './factors.js';
import { historyTensors, readHistories } from './history-file.js';

const FORMAT = 'cameo-factorization';
const VERSION = '1';

/** What is as it always was is left out, so that it is the same file. */
function written({ regularizationExponent, samplingExponent, samplingCorrection, ...settings }: FactorizationSettings) {
  return {
    ...settings,
    ...(regularizationExponent === 1 ? {} : { regularizationExponent }),
    ...(samplingExponent === 1 ? {} : { samplingExponent }),
    ...(corrects({ ...settings, samplingCorrection }) ? { samplingCorrection } : {}),
  };
}

export function writeFactors(f: Factors, settings: FactorizationSettings): Part {
  return {
    metadata: { format: FORMAT, version: VERSION, options: JSON.stringify(written(settings)) },
    tensors: {
      userFactors: f32(f.userFactors, f.users, f.rank),
      itemFactors: f32(f.itemFactors, f.items, f.rank),
      userBiases: f32(f.userBiases),
      itemBiases: f32(f.itemBiases),
      mean: f64([f.mean]),
      ...historyTensors(f.history),
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
  const settings = part.json('options', FILE_SETTINGS);
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

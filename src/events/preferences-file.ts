/**
 * Tastes in a model file, in columns: what preferences and tags are computed from.
 *
 *     metadata   version, users (ids as JSON), values (JSON: [field, value] each)
 *     tensors    base f64[values] · rule_offsets, offsets f64[users + 1] · rules, evidence f64[rules]
 *                value, count, events f64[preferences]
 */
import * as v from 'valibot';
import { f64, type Part, type PartReader } from '../part.js';
import { readUsers } from './behaviour-file.js';
import { RULES, type Tastes, weightOf } from './preferences.js';

const VERSION = '1';
const MOST = 2 ** 31 - 1;
const VALUES = v.array(v.tuple([v.string(), v.string()]));

export function writeTastes(tastes: Tastes): Part {
  const { users, values, ruleOffsets, rules, evidence, offsets, value, count, events } = tastes;
  return {
    metadata: {
      version: VERSION,
      users: JSON.stringify(users),
      values: JSON.stringify(values.map(({ field, value: text }) => [field, text])),
    },
    tensors: {
      base: f64(values.map(({ base }) => base)),
      rule_offsets: f64(ruleOffsets),
      rules: f64(rules),
      evidence: f64(evidence),
      offsets: f64(offsets),
      value: f64(value),
      count: f64(count),
      events: f64(events),
    },
  };
}

/** @throws CameoError 'model' naming what was expected and what was found */
export function readTastes(part: PartReader): Tastes {
  const version = part.text('version');
  part.check(version === VERSION, 'version of the preferences', `'${VERSION}'`, `'${version}'`);
  const users = readUsers(part);
  const names = part.json('values', VALUES);
  const bases = part.f64('base', [names.length], { least: 0, most: 1 });
  const values = names.map(([field, value], k) => ({ field, value, base: bases[k] }));
  const length = part.length('value');
  const whole = (name: string, least: number, most: number) => part.i32(name, [length], { least, most });
  const nRules = part.length('rules');
  const tastes: Tastes = {
    users,
    values,
    ruleOffsets: readOffsets(part, 'rule_offsets', users.length, nRules),
    rules: part.i32('rules', [nRules], { least: 0, most: RULES.length - 1 }),
    evidence: part.f64('evidence', [nRules]),
    offsets: readOffsets(part, 'offsets', users.length, length),
    value: whole('value', 0, values.length - 1),
    count: whole('count', 1, MOST),
    events: whole('events', 1, MOST),
  };
  for (let k = 0; k < length; k++) {
    const [count, events, { base }] = [tastes.count[k], tastes.events[k], values[tastes.value[k]]];
    const good = count <= events && base > 0 && weightOf(count, events, base) > base;
    part.check(good, `preference ${k}`, 'a share of some events above that of all', 'another');
  }
  return tastes;
}

/** Where the entries of each user begin: from 0 to all of them, none before the one before. */
function readOffsets(part: PartReader, name: string, users: number, length: number): Int32Array {
  const offsets = part.i32(name, [users + 1], { least: 0, most: length });
  const ascending = offsets.every((offset, u) => offset >= (offsets[u - 1] ?? 0));
  const good = ascending && offsets[0] === 0 && offsets[users] === length;
  part.check(good, `tensor '${name}'`, `ascending numbers from 0 to ${length}`, 'others');
  return offsets;
}

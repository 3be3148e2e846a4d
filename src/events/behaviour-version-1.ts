/**
 * Behaviour as version 1 of the model file has it: JSON of columns, one value a user, in the metadata 'behaviour', times as text. What
 * follows from the other columns must be what follows from them.
 */
import * as v from 'valibot';
import { PartReader } from '../part.js';
import { type Behaviour, LIFECYCLES, SEGMENTS } from './behaviour.js';
import { agreeing } from './behaviour-file.js';
import { DAY, LATEST, microseconds, timeOfText } from './time.js';

const finite = v.pipe(v.number(), v.finite());
const notNegative = v.pipe(finite, v.minValue(0));
const texts = v.array(v.string());
const counts = (least: number) => v.array(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(2 ** 31 - 1)));
const quintiles = v.array(v.picklist([1, 2, 3, 4, 5]));

const COLUMNS = v.object({
  user: texts,
  recencyDays: v.array(notNegative),
  frequency: counts(0),
  monetary: v.array(finite),
  r: quintiles,
  f: quintiles,
  m: quintiles,
  lifecycle: v.array(v.picklist(LIFECYCLES)),
  segment: v.array(v.picklist(SEGMENTS)),
  nEvents: counts(1),
  firstSeen: texts,
  lastSeen: texts,
  activeDays: counts(1),
  averageBasket: v.array(v.nullable(finite)),
  interPurchaseDays: v.array(v.nullable(notNegative)),
});

/**
 * @param text of the metadata 'behaviour'
 * @param users whose values they are
 * @returns undefined where the model was fitted without
 * @throws CameoError 'model' naming what was expected and what was found
 */
export function readBehaviour1(text: string | undefined, users: readonly string[]): Behaviour | undefined {
  if (text === undefined || text === '{}') return undefined;
  const part = new PartReader({ metadata: { behaviour: text }, tensors: {} });
  const columns = part.json('behaviour', COLUMNS);
  part.check(users.length > 0, 'behaviour', 'that of users', 'no user');
  for (const [name, { length }] of Object.entries(columns)) {
    part.check(length === users.length, `'${name}' of the behaviour`, `${users.length} values`, length);
  }
  const times = (name: 'firstSeen' | 'lastSeen') =>
    Float64Array.from(columns[name], (text, u) => {
      const time = timeOfText(text);
      part.check(time !== undefined, `'${name}' of user ${u}`, "a time such as '2011-12-09 12:50:00'", 'something else');
      return time as number;
    });
  const lastSeen = times('lastSeen');
  const behaviour = agreeing(part, {
    users,
    asOf: momentOf(lastSeen, columns.recencyDays),
    firstSeen: times('firstSeen'),
    lastSeen,
    nEvents: Int32Array.from(columns.nEvents),
    activeDays: Int32Array.from(columns.activeDays),
    frequency: Int32Array.from(columns.frequency),
    monetary: Float64Array.from(columns.monetary),
    interPurchaseDays: Float64Array.from(columns.interPurchaseDays, (days) => days ?? 0),
    r: Int32Array.from(columns.r),
    f: Int32Array.from(columns.f),
    m: Int32Array.from(columns.m),
  });
  agree(part, columns, behaviour);
  return behaviour;
}

/** The moment that recency counts back from, which the file does not name: by the shortest recency, which tells it most exactly. */
function momentOf(lastSeen: Float64Array, recencyDays: readonly number[]): number {
  const latest = recencyDays.reduce((best, days, u) => (days < recencyDays[best] ? u : best), 0);
  return Math.min(LATEST, microseconds(lastSeen[latest] + recencyDays[latest] * DAY) / 1000);
}

function agree(part: PartReader, columns: v.InferOutput<typeof COLUMNS>, behaviour: Behaviour): void {
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a));
  for (let u = 0; u < behaviour.users.length; u++) {
    const { frequency, recencyDays, averageBasket, lifecycle, segment } = behaviour;
    const basket = columns.averageBasket[u];
    const good =
      columns.user[u] === behaviour.users[u] &&
      near(recencyDays[u], columns.recencyDays[u]) &&
      lifecycle[u] === columns.lifecycle[u] &&
      segment[u] === columns.segment[u] &&
      (basket === null ? frequency[u] === 0 : near(averageBasket[u], basket)) &&
      (columns.interPurchaseDays[u] === null) === frequency[u] < 2;
    part.check(good, `the behaviour of user ${u}`, 'columns that agree', 'others');
  }
}

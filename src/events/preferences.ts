/**
 * What users prefer: for each field (hour of the day, weekday, price band, and columns of the log that were asked for) the shares
 * of its values among a user's events, smoothed towards everybody's:
 *
 *     weight = (count + K · base) / (events + K),   base = the value's share among all events, K = 10
 *
 * so that a user of few events has everybody's taste and one of many their own. Of each field the two values with the
 * largest lift weight / base above 1 are kept; of equal ones the first as text.
 *
 * Price bands are fifths of the events by the price of a piece, named by their bounds; equal prices are in one band.
 *
 * Tags say in a word what stands out, with the rule's evidence:
 *
 *     high-value, frequent, recent    the top fifth of monetary value, orders, recency; confidence 1
 *     likes:FIELD=VALUE               at least 5 events and a lift of 2; confidence is the weight's distance from the base,
 *                                     (weight − base) / (1 − base)
 */
import type { Events } from '../table/events.js';
import type { Behaviour } from './behaviour.js';
import { type TasteField, tasteFields } from './taste-fields.js';

export interface Preference {
  field: string;
  value: string;
  /** smoothed share, 0 … 1 */
  weight: number;
}

export interface Tag {
  tag: string;
  kind: 'rule' | 'preference';
  /** 0 … 1 */
  confidence: number;
  evidence: string;
}

export interface Taste {
  preferences: Preference[];
  tags: Tag[];
}

/** A value of a field, with its share among all events that have the field. */
export interface TasteValue {
  readonly field: string;
  readonly value: string;
  readonly base: number;
}

/** Rules in the order of their tags, each with the evidence that its number gives. */
export const RULES: readonly [tag: string, evidence: (x: number) => string][] = [
  ['high-value', (x) => `monetary value ${Number(x.toFixed(2))}, the top fifth`],
  ['frequent', (x) => `${x} orders, the top fifth`],
  ['recent', (x) => `last seen ${Number(x.toFixed(1))} days before, the top fifth`],
];

/** The tastes of users in columns: of user u, rules ruleOffsets[u] … ruleOffsets[u + 1] − 1, and preferences alike. */
export interface Tastes {
  readonly users: readonly string[];
  readonly values: readonly TasteValue[];
  /** i32[users + 1] */
  readonly ruleOffsets: Int32Array;
  /** of RULES, i32[rules], and the numbers that speak for them, f64[rules] */
  readonly rules: Int32Array;
  readonly evidence: Float64Array;
  /** i32[users + 1] */
  readonly offsets: Int32Array;
  /** i32[preferences]: of `values`; how many of the user's events have it, and how many have the field */
  readonly value: Int32Array;
  readonly count: Int32Array;
  readonly events: Int32Array;
}

const K = 10;
const KEPT = 2;
const LIKES = { events: 5, lift: 2 };

/** The smoothed share of a value among a user's events. */
export const weightOf = (count: number, events: number, base: number) => (count + K * base) / (events + K);

/** Of every user of the events. */
export function tastesOf(events: Events, behaviour: Behaviour): Tastes {
  const fields = tasteFields(events);
  const values: TasteValue[] = [];
  const firsts: number[] = [];
  for (const { name, values: texts, codes } of fields) {
    firsts.push(values.length);
    const bases = sharesOf(codes, texts.length);
    for (const [code, value] of texts.entries()) values.push({ field: name, value, base: bases[code] });
  }
  const chosen = { value: [] as number[], count: [] as number[], events: [] as number[] };
  const offsets = new Int32Array(events.users.length + 1);
  const counters = fields.map(({ values: texts }) => new Int32Array(texts.length));
  let row = 0;
  for (let u = 0; u < events.users.length; u++) {
    const from = row;
    while (row < events.rows && events.user[row] === u) row++;
    for (let k = 0; k < fields.length; k++) {
      const { seen, total } = countsOf(fields[k], from, row, counters[k]);
      for (const code of strongest(seen, counters[k], total, values, firsts[k])) {
        chosen.value.push(firsts[k] + code);
        chosen.count.push(counters[k][code]);
        chosen.events.push(total);
      }
      for (const code of seen) counters[k][code] = 0;
    }
    offsets[u + 1] = chosen.value.length;
  }
  const [value, count, total] = [chosen.value, chosen.count, chosen.events].map((list) => Int32Array.from(list));
  return { users: events.users, ...rulesOf(behaviour), ...used(values, value), offsets, count, events: total };
}

/** The taste of a user by number, as plain objects; preferences are in the order of the fields, the strongest first. */
export function tasteOf(tastes: Tastes, u: number): Taste {
  const { values, ruleOffsets, rules, evidence, offsets, value, count, events } = tastes;
  const taste: Taste = { preferences: [], tags: [] };
  for (let k = ruleOffsets[u]; k < ruleOffsets[u + 1]; k++) {
    const [tag, text] = RULES[rules[k]];
    taste.tags.push({ tag, kind: 'rule', confidence: 1, evidence: text(evidence[k]) });
  }
  for (let k = offsets[u]; k < offsets[u + 1]; k++) {
    const { field, value: text, base } = values[value[k]];
    const weight = weightOf(count[k], events[k], base);
    taste.preferences.push({ field, value: text, weight });
    if (count[k] < LIKES.events || weight < LIKES.lift * base) continue;
    taste.tags.push({
      tag: `likes:${field}=${text}`,
      kind: 'preference',
      confidence: (weight - base) / (1 - base),
      evidence: `${count[k]} of ${events[k]} events, everybody ${(100 * base).toFixed(1)} %`,
    });
  }
  return taste;
}

/** Share of each code among all that are not −1. */
function sharesOf(codes: ArrayLike<number>, count: number): Float64Array {
  const shares = new Float64Array(count);
  let total = 0;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] < 0) continue;
    shares[codes[row]]++;
    total++;
  }
  return shares.map((n) => n / total);
}

/** Counts how often rows have each value. @param counter zeros, one a value @returns the values that they have, and the rows that have any */
function countsOf({ codes }: TasteField, from: number, to: number, counter: Int32Array): { seen: number[]; total: number } {
  const seen: number[] = [];
  let total = 0;
  for (let row = from; row < to; row++) {
    const code = codes[row];
    if (code < 0) continue;
    if (counter[code]++ === 0) seen.push(code);
    total++;
  }
  return { seen, total };
}

/** The values of the largest lift, where it is above 1. @param first the number of the field's first value */
function strongest(seen: number[], counts: Int32Array, total: number, values: readonly TasteValue[], first: number): number[] {
  const lift = (code: number) => weightOf(counts[code], total, values[first + code].base) / values[first + code].base;
  const best: number[] = [];
  const lifts: number[] = [];
  for (const code of seen) {
    const value = lift(code);
    let at = best.length;
    while (at > 0 && (value > lifts[at - 1] || (value === lifts[at - 1] && code < best[at - 1]))) at--;
    if (at === KEPT) continue;
    best.splice(at, 0, code);
    lifts.splice(at, 0, value);
    best.length = lifts.length = Math.min(best.length, KEPT);
  }
  return best.filter((code) => weightOf(counts[code], total, values[first + code].base) > values[first + code].base);
}

function rulesOf({ users, r, f, m, monetary, frequency, recencyDays }: Behaviour) {
  const ruleOffsets = new Int32Array(users.length + 1);
  const rules: number[] = [];
  const evidence: number[] = [];
  for (let u = 0; u < users.length; u++) {
    for (const [rule, quintile, number] of [
      [0, m, monetary],
      [1, f, frequency],
      [2, r, recencyDays],
    ] as const) {
      if (quintile[u] < 5) continue;
      rules.push(rule);
      evidence.push(number[u]);
    }
    ruleOffsets[u + 1] = rules.length;
  }
  return { ruleOffsets, rules: Int32Array.from(rules), evidence: Float64Array.from(evidence) };
}

/** The values that are somebody's, with new numbers. */
function used(values: readonly TasteValue[], value: Int32Array) {
  const number = new Int32Array(values.length);
  for (const k of value) number[k] = 1;
  const kept = values.filter((_, k) => number[k] === 1);
  let next = 0;
  for (let k = 0; k < number.length; k++) if (number[k] === 1) number[k] = next++;
  return { values: kept, value: value.map((k) => number[k]) };
}

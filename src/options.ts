/**
 * Options: every public option object has a valibot schema, a strict object, from which defaults, ranges and the messages of what is
 * refused follow. An option that is not known is refused by name with those that are.
 *
 * What makes a schema is marked as free of side effects, so that a bundle leaves behind the schemas that it does not check by.
 */
import * as v from 'valibot';
import { errors } from './errors.js';

/** A schema of options: what may be given, and the same with defaults. */
// biome-ignore lint/suspicious/noExplicitAny: the entries are any strict object's
export type OptionSchema = v.StrictObjectSchema<any, any>;

/** The entries of a schema, one for each option of an interface: `v.strictObject({ … } satisfies Entries<Options>)`. */
export type Entries<Options> = { [Name in keyof Required<Options>]: v.GenericSchema<Options[Name], unknown> };

/** A whole number within bounds, both included. */
// @__NO_SIDE_EFFECTS__
export function whole(least: number, most = Number.MAX_SAFE_INTEGER) {
  const message = `a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}
export const seed = whole(0, 0xffffffff);
// @__NO_SIDE_EFFECTS__
export function above(least: number) {
  const message = `a number above ${least}`;
  return v.pipe(v.number(message), v.finite(message), v.gtValue(least, message));
}
// @__NO_SIDE_EFFECTS__
export function atLeast(least: number) {
  const message = `a number, at least ${least}`;
  return v.pipe(v.number(message), v.finite(message), v.minValue(least, message));
}
/** Between 0 and 1, neither included. */
export const share = v.pipe(v.number('between 0 and 1'), v.gtValue(0, 'between 0 and 1'), v.ltValue(1, 'between 0 and 1'));
/** Above 0 and up to 1. */
export const portion = v.pipe(
  v.number('above 0 and up to 1'),
  v.gtValue(0, 'above 0 and up to 1'),
  v.maxValue(1, 'above 0 and up to 1'),
);
/** Rows of a table by their numbers. */
export const rowNumbers = v.custom<Int32Array | readonly number[]>(
  (value) =>
    value instanceof Int32Array
      ? value.every((r) => r >= 0)
      : Array.isArray(value) && value.every((r) => Number.isInteger(r) && r >= 0),
  'row numbers, from 0',
);
export const flag = v.boolean('true or false');
/** One of some texts. */
// @__NO_SIDE_EFFECTS__
export function oneOf<const T extends readonly string[]>(...names: T) {
  const quoted = names.map((name) => `'${name}'`).join(', ');
  return v.picklist(names, quoted.replace(/, ([^,]*)$/, ' or $1'));
}
/**
 * Where a search looks for an option's value (score/tune/space.ts): `v.pipe(above(0), sought({ from: 0.01, to: 0.3, log: true }))`. What is
 * left out is the schema's: its bounds, its words. An option whose schema does not say it is left at its default.
 */
export interface Sought {
  /** the values, where they are few */
  readonly choices?: readonly unknown[];
  /** bounds of a number, both included */
  readonly from?: number;
  readonly to?: number;
  /** whether a number is looked for evenly by its logarithm */
  readonly log?: boolean;
}
// @__NO_SIDE_EFFECTS__
export function sought<T>(range: Sought = {}) {
  return v.metadata<T, { readonly sought: Sought }>({ sought: range });
}
/** A value that is not looked into, such as an engine. */
// @__NO_SIDE_EFFECTS__
export function opaque<T>() {
  return v.custom<T>(() => true);
}
/** Options that somebody else checks: any names, those that every object inherits too, which v.record would drop. */
export const bag = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object of options',
);
/** Options within options, such as `memory` of an engine's. */
// @__NO_SIDE_EFFECTS__
export function group<const E extends v.ObjectEntries>(entries: E) {
  return v.strictObject(entries, 'an object of options');
}
/** A signal by what it can tell: one of another realm is no instance of ours. */
const signal = v.custom<AbortSignal>((value) => typeof (value as AbortSignal | null)?.aborted === 'boolean', 'an AbortSignal');
export const callback = v.custom<never>((value) => typeof value === 'function', 'a function');
/** What every piece of work takes: `signal`, `onProgress`. */
export const RUN = { signal: v.optional(signal), onProgress: v.optional(callback) };

/**
 * The options with their defaults.
 * @throws CameoError 'argument' for a name that is not known and for a value out of its range
 */
export function checked<S extends OptionSchema>(schema: S, options: unknown): v.InferOutput<S> {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw errors.invalid(`Options must be an object; found ${options === null ? 'null' : typeof options}.`);
  refuseUnknown(schema.entries, options);
  const result = v.safeParse(schema, options);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = v.getDotPath(issue) ?? '';
  throw errors.option(name, issue.message, foundOf(issue.input));
}

/** Looks for names that are not known, in groups of options too, which are told with their group's name: 'memory.initial'. */
function refuseUnknown(entries: v.ObjectEntries, options: object, within = ''): void {
  const known = Object.keys(entries);
  for (const [name, value] of Object.entries(options)) {
    // By own names: v.strictObject lets those pass that every object inherits, such as 'constructor'.
    if (!known.includes(name))
      throw errors.optionUnknown(
        within + name,
        known.map((other) => within + other),
      );
    const inner = entriesOf(entries[name]);
    if (inner && typeof value === 'object' && value !== null) refuseUnknown(inner, value, `${within}${name}.`);
  }
}

/** The entries of a group, which may be optional; undefined for what is no group. */
function entriesOf(schema: object): v.ObjectEntries | undefined {
  if ('entries' in schema) return schema.entries as v.ObjectEntries;
  return 'wrapped' in schema ? entriesOf(schema.wrapped as object) : undefined;
}

/** A number or a word as it is; of anything else its type, since it may hold a user's values. */
function foundOf(input: unknown): unknown {
  if (typeof input === 'string') return `'${input}'`;
  return typeof input === 'object' || typeof input === 'function' ? typeof input : input;
}

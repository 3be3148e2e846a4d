/**
 * What a search looks among: families, each with the options that its schema says where to look for (`sought`, options.ts), and what is
 * shared by all of them, such as columns that are left out. A point is a family with a number from 0 to 1 for each dimension, evenly spread
 * over what there is to choose.
 */
import * as v from 'valibot';
import { exp, log } from '../../math.js';
import type { OptionSchema, Sought } from '../../options.js';

/** What is chosen: one of some values, or a number between two. */
export type Dimension =
  | { readonly name: string; readonly choices: readonly unknown[]; readonly standard?: unknown }
  | {
      readonly name: string;
      readonly from: number;
      readonly to: number;
      readonly log: boolean;
      readonly whole: boolean;
      readonly standard?: unknown;
    };

export interface Space {
  readonly families: Readonly<Record<string, readonly Dimension[]>>;
  /** what every family has */
  readonly shared: readonly Dimension[];
}

/** What is tried: options of a family in place of its defaults. */
export interface Config {
  readonly family: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly shared: Readonly<Record<string, unknown>>;
}

export interface Point {
  readonly family: string;
  /** of each dimension, the shared ones first; undefined where a default has no place among what is sought */
  readonly at: readonly (number | undefined)[];
}

/** Digits of a number that is tried: what is told is what was tried. */
const DIGITS = 4;

interface Node {
  readonly type: string;
  readonly wrapped?: Node;
  readonly default?: unknown;
  readonly pipe?: readonly Node[];
  readonly options?: readonly unknown[];
  readonly requirement?: unknown;
}

/** The dimensions of a schema, in its order. */
export function dimensionsOf(schema: OptionSchema): Dimension[] {
  return Object.entries(schema.entries as Record<string, Node>).flatMap(([name, entry]) => {
    const node = entry.wrapped ?? entry;
    const { sought } = v.getMetadata(node as unknown as v.GenericSchema) as { sought?: Sought };
    return sought ? [dimensionOf(name, node, sought, entry.default)] : [];
  });
}

function dimensionOf(name: string, node: Node, sought: Sought, standard: unknown): Dimension {
  const parts = partsOf(node);
  const words = parts.find(({ type }) => type === 'picklist')?.options;
  const either = parts.some(({ type }) => type === 'boolean') ? [false, true] : undefined;
  const choices = sought.choices ?? words ?? either;
  if (choices) return { name, choices, standard };
  const bound = (type: string) => parts.find((part) => part.type === type)?.requirement as number | undefined;
  const from = sought.from ?? bound('min_value');
  const to = sought.to ?? bound('max_value');
  if (from === undefined || to === undefined || !(from < to)) throw new Error(`Option '${name}' is sought without bounds.`);
  const { log: even = false } = sought;
  return { name, from, to, log: even, whole: parts.some(({ type }) => type === 'integer'), standard };
}

/** A schema and all that its pipe checks, whatever is nested. */
const partsOf = (node: Node): Node[] => [node, ...(node.pipe ?? []).filter((part) => part !== node).flatMap(partsOf)];

/** The dimensions of a family's points; of one that is no part of the space the shared ones. */
export const dimensions = ({ families, shared }: Space, family: string): readonly Dimension[] => [
  ...shared,
  ...(Object.hasOwn(families, family) ? families[family] : []),
];

/** @param at from 0 to below 1 */
export function valueAt(dimension: Dimension, at: number): unknown {
  if ('choices' in dimension)
    return dimension.choices[Math.min(dimension.choices.length - 1, Math.floor(at * dimension.choices.length))];
  const { from, to, log: even, whole } = dimension;
  const value = even ? from * exp(at * log(to / from)) : from + at * (to - from);
  const near = whole ? Math.round(value) : Number(value.toPrecision(DIGITS));
  return Math.min(to, Math.max(from, near));
}

/** Where a value stands; undefined where it is not among what is sought. */
function placeOf(dimension: Dimension, value: unknown): number | undefined {
  if ('choices' in dimension) {
    const index = dimension.choices.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(value));
    return index < 0 ? undefined : (index + 0.5) / dimension.choices.length;
  }
  const { from, to, log: even } = dimension;
  if (typeof value !== 'number' || value < from || value > to) return undefined;
  return even ? log(value / from) / log(to / from) : (value - from) / (to - from);
}

export function configAt(space: Space, { family, at }: Point): Config {
  const values = dimensions(space, family).flatMap((dimension, d): [string, unknown][] => {
    const place = at[d];
    return place === undefined ? [] : [[dimension.name, valueAt(dimension, place)]];
  });
  const many = space.shared.length;
  return { family, options: Object.fromEntries(values.slice(many)), shared: Object.fromEntries(values.slice(0, many)) };
}

/** A family as it is, with nothing asked of it. */
export function standardConfig({ shared }: Space, family: string): Config {
  return { family, options: {}, shared: Object.fromEntries(shared.map(({ name, standard }) => [name, standard])) };
}

/** Where such a family stands. */
export function standardPoint(space: Space, family: string): Point {
  return { family, at: dimensions(space, family).map((dimension) => placeOf(dimension, dimension.standard)) };
}

/**
 * A part of a model file: texts by name and tensors by name, written by whoever learnt them and read back by the same. A file holds one
 * part for each section and for each model, told apart by a prefix (profile/model-file.ts).
 *
 * A file may come from anywhere, so every number is checked before use: `PartReader` gives out no value whose type, shape, range and
 * finiteness it has not looked at, and says what was expected and what was found.
 */
import * as v from 'valibot';
import { errors } from './errors.js';
import type { Safetensors, Tensor } from './safetensors.js';

export type Part = Safetensors;

/** Bounds of a tensor's numbers, both included; default: any finite number. */
export interface Bounds {
  least?: number;
  most?: number;
}

/**
 * What the weights of a model may be. Training ends far below; and by as much below float32's limit of 3.4e38 that a sum of encoded values
 * (prepare/feature.ts, ENCODED) by weights is finite, and so are the outputs of a network with one hidden layer. Deeper ones can still be
 * made to overflow, which is noticed where it happens (programs/score.ts).
 */
export const WEIGHTS: Required<Bounds> = { least: -1e9, most: 1e9 };

/** Whether all values are within bounds, which NaN never is. */
export function within(values: ArrayLike<number>, { least, most }: Required<Bounds>): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i] >= least && values[i] <= most)) return false;
  return true;
}

/** What a model tells of how it was learnt, such as epochs. */
export const FACTS = v.record(v.string(), v.union([v.string(), v.pipe(v.number(), v.finite())]));

/** Tensors of float32 and float64 for a part: views. Whole numbers are float64, which holds them all. */
export const f32 = (values: Float32Array, ...shape: number[]): Tensor => ({
  shape: shape.length > 0 ? shape : [values.length],
  values,
});
export const f64 = (values: Iterable<number>, ...shape: number[]): Tensor => {
  const array = Float64Array.from(values);
  return { shape: shape.length > 0 ? shape : [array.length], values: array };
};

export class PartReader {
  constructor(private readonly part: Part) {}

  /** The part under a prefix, empty where there is none. */
  under(prefix: string): PartReader {
    return new PartReader(partOf(this.part, prefix));
  }

  has(name: string): boolean {
    return Object.hasOwn(this.part.metadata, name) || Object.hasOwn(this.part.tensors, name);
  }

  /** A text of the metadata. @throws CameoError 'model' where there is none */
  text(name: string): string {
    const text = this.part.metadata[name];
    if (typeof text !== 'string') throw errors.modelFile(`metadata '${name}'`, 'a text', 'nothing');
    return text;
  }

  /** A text of the metadata that holds JSON of this form. @throws CameoError 'model' naming the place that is wrong */
  json<T extends v.GenericSchema>(name: string, schema: T): v.InferOutput<T> {
    const text = this.text(name);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw errors.modelFile(`metadata '${name}'`, 'JSON', 'something else');
    }
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    const [issue] = result.issues;
    const where = `metadata '${name}' at '${v.getDotPath(issue) ?? ''}'`;
    throw errors.modelFile(where, issue.expected ?? issue.type, issue.received);
  }

  /** The length of a dimension that only the file can tell; 0 where the tensor is absent. */
  length(name: string, dimension = 0): number {
    return this.part.tensors[name]?.shape[dimension] ?? 0;
  }

  /** A tensor of float32. @throws CameoError 'model' for another type or shape, or a number out of bounds */
  f32(name: string, shape: readonly number[], bounds?: Bounds): Float32Array {
    return this.#tensor(name, Float32Array, shape, bounds);
  }
  /** As f32, of float64. */
  f64(name: string, shape: readonly number[], bounds?: Bounds): Float64Array {
    return this.#tensor(name, Float64Array, shape, bounds);
  }
  /** Whole numbers within bounds, which a file holds as float64: a copy. */
  i32(name: string, shape: readonly number[], bounds: Required<Bounds>): Int32Array {
    const values = this.#tensor(name, Float64Array, shape, bounds);
    this.check(values.every(Number.isInteger), `tensor '${name}'`, 'whole numbers', 'fractions');
    return Int32Array.from(values);
  }

  /** @throws CameoError 'model' unless it is good */
  check(good: boolean, what: string, expected: unknown, found: unknown): void {
    if (!good) throw errors.modelFile(what, String(expected), String(found));
  }

  #tensor<T extends Float32Array | Float64Array>(
    name: string,
    type: new () => T,
    shape: readonly number[],
    { least = -Number.MAX_VALUE, most = Number.MAX_VALUE }: Bounds = {},
  ): T {
    const found = this.part.tensors[name];
    const text = (t?: Pick<Tensor, 'shape' | 'values'>) =>
      t ? `${t.values instanceof Float32Array ? 'F32' : 'F64'}[${t.shape}]` : 'nothing';
    const expected = text({ shape: [...shape], values: new type() });
    if (text(found) !== expected) throw errors.modelFile(`tensor '${name}'`, expected, text(found));
    const values = found.values as T;
    if (within(values, { least, most })) return values;
    this.check(values.every(Number.isFinite), `tensor '${name}'`, 'finite numbers', 'NaN or infinity');
    const outside = values.find((value) => !within([value], { least, most }));
    throw errors.modelFile(`tensor '${name}'`, `numbers from ${least} to ${most}`, String(outside));
  }
}

/** Several parts as one, each under its prefix and a dot. */
export function joinParts(parts: readonly (readonly [prefix: string, part: Part])[]): Part {
  const prefixed = <T>(entries: Record<string, T>, prefix: string) =>
    Object.entries(entries).map(([name, value]): [string, T] => [`${prefix}.${name}`, value]);
  return {
    metadata: Object.fromEntries(parts.flatMap(([prefix, { metadata }]) => prefixed(metadata, prefix))),
    tensors: Object.fromEntries(parts.flatMap(([prefix, { tensors }]) => prefixed(tensors, prefix))),
  };
}

/** The part under a prefix, empty where there is none. */
export function partOf({ metadata, tensors }: Part, prefix: string): Part {
  const inner = <T>(entries: Record<string, T>) =>
    Object.fromEntries(
      Object.entries(entries)
        .filter(([name]) => name.startsWith(`${prefix}.`))
        .map(([name, value]) => [name.slice(prefix.length + 1), value]),
    );
  return { metadata: inner(metadata), tensors: inner(tensors) };
}

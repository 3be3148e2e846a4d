/**
 * A model as a safetensors file. Tensors hold the numbers (weights as [inputs, units], unpacked, for any language to
 * read); the metadata holds JSON: format and version, target, schema with its hash, network, seed, summary.
 */
import * as v from 'valibot';
import { errors } from '../errors.js';
import type { Target } from '../prepare/target.js';
import { ACTIVATIONS, packedIndex, parametersOf } from '../programs/perceptron/network.js';
import { type Safetensors, type Tensor, writeSafetensors } from '../safetensors.js';
import type { CategoryFeature, NumberFeature } from './features.js';
import type { Model, Summary } from './model.js';

const VERSION = '1';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const index = v.pipe(v.number(), v.integer(), v.minValue(-1));
const finite = v.pipe(v.number(), v.finite());
/** NaN is null in JSON. */
const metric = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);
const metrics = v.record(v.string(), metric);

const TARGET = v.object({
  name: v.string(),
  task: v.picklist(['binary', 'multiclass', 'regression']),
  from: v.picklist(['number', 'category']),
  classes: v.array(v.string()),
  mean: finite,
  scale: v.pipe(finite, v.gtValue(0)),
});

const SCHEMA = v.object({
  id: v.optional(v.string()),
  numbers: v.array(v.string()),
  categories: v.array(
    v.object({
      name: v.string(),
      from: v.picklist(['number', 'category']),
      labels: v.array(v.string()),
      frequent: count,
      rare: index,
      missing: index,
    }),
  ),
});

const NETWORK = v.object({
  sizes: v.pipe(v.array(v.pipe(count, v.minValue(1), v.maxValue(1_000_000))), v.minLength(2)),
  activation: v.picklist(ACTIVATIONS),
  output: v.picklist(['identity', 'logistic', 'softmax']),
});

const SUMMARY = v.object({
  preset: v.picklist(['default', 'article']),
  seed: count,
  rows: count,
  trainRows: count,
  testRows: count,
  epochs: count,
  stopped: v.picklist(['converged', 'maxIter']),
  evaluation: metrics,
  importances: v.array(v.object({ feature: v.string(), mean: metric, std: metric, weight: finite })),
  crossValidation: v.nullable(v.object({ folds: count, mean: metrics, std: metrics })),
  ignored: v.array(v.object({ name: v.string(), reason: v.string() })),
});

const f32 = (values: Float32Array, ...shape: number[]): Tensor => ({ shape, values });
const f64 = (values: Iterable<number>): Tensor => {
  const array = Float64Array.from(values);
  return { shape: [array.length], values: array };
};

/** FNV-1a in 64 bits, in hexadecimal: tells schemas apart; the file's checksum guards against damage. */
export function schemaHash(schema: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(schema)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}

export function writeModel(model: Model): Promise<Uint8Array> {
  const { target, id, features, network, parameters, summary } = model;
  const { numbers, categories } = features;
  const { sizes } = network;
  const nQuantiles = numbers[0]?.quantiles.length ?? 0;
  const join = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  const on = join(categories.map((c) => c.on));
  const tensors: Record<string, Tensor> = {
    'features.mean': f64(numbers.map((n) => n.mean)),
    'features.scale': f64(numbers.map((n) => n.scale)),
    'features.quantiles': f32(join(numbers.map((n) => n.quantiles)), numbers.length, nQuantiles),
    'features.on': f32(on, on.length),
    'features.off': f32(join(categories.map((c) => c.off)), on.length),
    baseline: f32(model.baseline, model.baseline.length),
    base: f64(model.base),
    ranks: f32(model.ranks, model.ranks.length),
  };
  const { weights, biases } = parametersOf(sizes);
  for (let l = 0; l + 1 < sizes.length; l++) {
    const [inputs, units] = [sizes[l], sizes[l + 1]];
    const weight = new Float32Array(inputs * units);
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < units; j++) weight[i * units + j] = parameters[weights[l] + packedIndex(i, j, inputs, units)];
    }
    tensors[`layers.${l}.weight`] = f32(weight, inputs, units);
    tensors[`layers.${l}.bias`] = f32(parameters.slice(biases[l], biases[l] + units), units);
  }
  const schema = JSON.stringify({
    id,
    numbers: numbers.map(({ name }) => name),
    categories: categories.map(({ name, from, encoding: { labels, frequent, rare, missing } }) => ({
      name,
      from,
      labels,
      frequent,
      rare,
      missing,
    })),
  });
  return writeSafetensors({
    metadata: {
      format: 'cameo',
      version: VERSION,
      target: JSON.stringify(target),
      schema,
      schema_hash: schemaHash(schema),
      network: JSON.stringify(network),
      summary: JSON.stringify(summary),
    },
    tensors,
  });
}

/** @throws CameoError 'model' naming what was expected and what was found */
export function readModel({ metadata, tensors }: Safetensors): Model {
  if (metadata.format !== 'cameo') throw errors.modelFile('format', "'cameo'", `'${metadata.format}'`);
  if (metadata.version !== VERSION) throw errors.modelFile('version', VERSION, String(metadata.version));
  const parse = <T extends v.GenericSchema>(name: string, schema: T): v.InferOutput<T> => {
    let value: unknown;
    try {
      value = JSON.parse(metadata[name]);
    } catch {
      throw errors.modelFile(`metadata '${name}'`, 'JSON', 'something else');
    }
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    const [issue] = result.issues;
    throw errors.modelFile(
      `metadata '${name}' at '${v.getDotPath(issue) ?? ''}'`,
      issue.expected ?? issue.type,
      issue.received,
    );
  };
  const tensor = <T extends Float32Array | Float64Array>(name: string, type: new () => T, ...shape: number[]): T => {
    const found = tensors[name];
    const text = (t?: Tensor) => (t ? `${t.values instanceof Float32Array ? 'F32' : 'F64'}[${t.shape}]` : 'nothing');
    const expected = { shape, values: new type() };
    if (text(found) !== text(expected)) throw errors.modelFile(`tensor '${name}'`, text(expected), text(found));
    if (!found.values.every(Number.isFinite)) throw errors.modelFile(`tensor '${name}'`, 'finite numbers', 'NaN or infinity');
    return found.values as T;
  };
  const check = (good: boolean, what: string, expected: unknown, found: unknown) => {
    if (!good) throw errors.modelFile(what, String(expected), String(found));
  };

  if (schemaHash(metadata.schema ?? '') !== metadata.schema_hash) {
    throw errors.modelFile('schema hash', String(metadata.schema_hash), schemaHash(metadata.schema ?? ''));
  }
  const target: Target = parse('target', TARGET);
  const schema = parse('schema', SCHEMA);
  const network = parse('network', NETWORK);
  const summary = parse('summary', SUMMARY) as unknown as Summary;
  const { sizes } = network;
  const width = schema.categories.reduce((sum, { labels }) => sum + labels.length, 0);
  const outputs = target.task === 'multiclass' ? target.classes.length : 1;
  const output = { binary: 'logistic', multiclass: 'softmax', regression: 'identity' }[target.task];
  const classes = { binary: [2, 2], multiclass: [3, 1000], regression: [0, 0] }[target.task];
  const fits = target.classes.length >= classes[0] && target.classes.length <= classes[1];
  check(fits, 'classes', `${classes[0]} to ${classes[1]} of them`, target.classes.length);
  check(network.output === output, 'output', output, network.output);
  check(sizes[0] === schema.numbers.length + width, 'inputs of the network', schema.numbers.length + width, sizes[0]);
  check(sizes.at(-1) === outputs, 'outputs of the network', outputs, sizes.at(-1));
  for (const { name, labels, frequent, rare, missing } of schema.categories) {
    const good = frequent <= labels.length && rare < labels.length && missing < labels.length;
    check(good, `labels of '${name}'`, `numbers below ${labels.length}`, Math.max(frequent, rare, missing));
  }
  const names = [...schema.numbers, ...schema.categories.map(({ name }) => name)];
  check(new Set(names).size === names.length, 'feature names', 'each once', 'one twice');

  const nQuantiles = tensors['features.quantiles']?.shape[1] ?? 0;
  const mean = tensor('features.mean', Float64Array, schema.numbers.length);
  const scale = tensor('features.scale', Float64Array, schema.numbers.length);
  check(
    scale.every((s) => s > 0),
    "tensor 'features.scale'",
    'numbers above 0',
    'others',
  );
  const quantiles = tensor('features.quantiles', Float32Array, schema.numbers.length, nQuantiles);
  const on = tensor('features.on', Float32Array, width);
  const off = tensor('features.off', Float32Array, width);
  const numbers = schema.numbers.map(
    (name, j): NumberFeature => ({
      kind: 'number',
      name,
      quantiles: quantiles.slice(j * nQuantiles, (j + 1) * nQuantiles),
      mean: mean[j],
      scale: scale[j],
    }),
  );
  let at = 0;
  const categories = schema.categories.map(({ name, from, ...encoding }): CategoryFeature => {
    const end = at + encoding.labels.length;
    const feature = { on: on.slice(at, end), off: off.slice(at, end) };
    at = end;
    return { kind: 'category', name, from, encoding: { name, ...encoding }, ...feature };
  });
  const { weights, biases, length } = parametersOf(sizes);
  // The tensors come first: a size that the file does not hold is never allocated.
  const layers = sizes.slice(1).map((units, l) => ({
    weight: tensor(`layers.${l}.weight`, Float32Array, sizes[l], units),
    bias: tensor(`layers.${l}.bias`, Float32Array, units),
  }));
  const parameters = new Float32Array(length);
  layers.forEach(({ weight, bias }, l) => {
    const [inputs, units] = [sizes[l], sizes[l + 1]];
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < units; j++) parameters[weights[l] + packedIndex(i, j, inputs, units)] = weight[i * units + j];
    }
    parameters.set(bias, biases[l]);
  });
  const ranks = tensor('ranks', Float32Array, tensors.ranks?.shape[0] ?? 0);
  return {
    target,
    id: schema.id,
    features: { numbers, categories },
    network,
    parameters,
    baseline: tensor('baseline', Float32Array, sizes[0]),
    base: [...tensor('base', Float64Array, outputs)],
    ranks,
    summary,
  };
}

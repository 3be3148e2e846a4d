/**
 * A column of texts as a feature: what a model of its terms says of each text (text-model.ts), in log-odds of the last of two classes, a raw
 * output of each of several, or deviations of a number. It is a number like others then, which any family can read. Without a known term
 * it is missing.
 *
 * In learning, a row's number comes of a model that did not learn from the row (models/text-score.ts).
 */
import * as v from 'valibot';
import { errors } from '../../errors.js';
import { f32, f64, type Part, type PartReader, WEIGHTS } from '../../part.js';
import type { TextPlan } from '../../programs/encoders/text.js';
import type { Column } from '../../table/table.js';
import type { Layout } from '../../wasm/memory.js';
import {
  ENCODED,
  type Encoding,
  type Feature,
  type FeatureReader,
  isMissing,
  type Source,
  typeName,
  type Value,
} from '../feature.js';
import { TextModel } from './text-model.js';
import { NORMS } from './tfidf.js';
import { type Words, wordsOf } from './words.js';

export class TextFeature implements Feature {
  readonly raw = 'f32';
  readonly labels: readonly string[] = [];

  /**
   * @param output which of the model's
   * @param mean and scale: of the output, over the training rows
   */
  constructor(
    readonly name: string,
    readonly column: string,
    readonly model: TextModel,
    readonly output: number,
    readonly mean: number,
    readonly scale: number,
  ) {}

  width(): number {
    return 1;
  }
  codes(): number {
    return -1;
  }

  bind(column: Column): Source {
    const { texts, codes } = textsOf(column);
    const scores = this.#outputs(this.model.scoreAll(texts), texts.length);
    const values = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : scores[code]));
    return { values, unknown: values.reduce((sum, value, r) => sum + Number(codes[r] >= 0 && Number.isNaN(value)), 0) };
  }

  one(value: Value, _row: number): number {
    const text = textOfValue(value, this.column);
    return text === undefined ? Number.NaN : this.#outputs(this.model.scoreOne(text), 1)[0];
  }

  /** Of f64[texts, outputs] the feature's own, within what an encoded value may be. */
  #outputs(scores: Float64Array, texts: number): Float64Array {
    const { model, output, mean, scale } = this;
    const most = ENCODED.most * scale;
    return Float64Array.from({ length: texts }, (_, i) =>
      Math.max(mean - most, Math.min(mean + most, scores[i * model.outputs + output])),
    );
  }

  /**
   * What the terms of a text have to do with what the feature adds to a score.
   * @param contribution of the feature
   */
  words(value: Value, contribution: number): Words[] {
    const text = textOfValue(value, this.column);
    if (text === undefined) return [];
    return wordsOf(new TextEncoder().encode(text), contribution, this);
  }
}

/** A column's texts, and which each row has, −1 for none. A number is a text too. */
export function textsOf(column: Column): { texts: readonly string[]; codes: Int32Array } {
  if (column.kind === 'category') return { texts: column.categories, codes: column.codes };
  const texts = Array.from(column.values, String);
  return { texts, codes: Int32Array.from(column.values, (value, r) => (Number.isNaN(value) ? -1 : r)) };
}

/** @throws CameoError 'column' for what is no text */
function textOfValue(value: Value, column: string): string | undefined {
  if (isMissing(value)) return undefined;
  if (value instanceof Date) throw errors.columnType(column, 'text', typeName(value));
  return String(value);
}

function place(features: readonly TextFeature[], _: Layout, encoding: Encoding): TextPlan {
  const columns = features.length;
  const spread = features.map(({ mean, scale }) => ({ mean, scale }));
  return { kind: 'text', columns, inputs: columns, ...(encoding !== 'raw' && { spread }) };
}

const COLUMNS = v.array(
  v.object({
    column: v.string(),
    names: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1000)),
    sublinear: v.boolean(),
    norm: v.picklist(NORMS),
    terms: v.array(v.string()),
  }),
);

function write(features: readonly TextFeature[]): Part {
  const models = [...new Set(features.map(({ model }) => model))];
  const tensors: Part['tensors'] = {};
  const columns = models.map((model, m) => {
    const own = features.filter((feature) => feature.model === model);
    const { terms, idf, sublinear, norm, weights, bias } = model.parts;
    tensors[`${m}.idf`] = f32(idf);
    tensors[`${m}.weights`] = f32(weights, terms.length, bias.length);
    tensors[`${m}.bias`] = f64(bias);
    tensors[`${m}.mean`] = f64(own.map(({ mean }) => mean));
    tensors[`${m}.scale`] = f64(own.map(({ scale }) => scale));
    return { column: own[0].column, names: own.map(({ name }) => name), sublinear, norm, terms };
  });
  return { metadata: { columns: JSON.stringify(columns) }, tensors };
}

function read(part: PartReader): TextFeature[] {
  return part.json('columns', COLUMNS).flatMap(({ column, names, terms, ...how }, m) => {
    const [n, outputs] = [terms.length, names.length];
    part.check(new Set(terms).size === n && n > 0, `terms of '${column}'`, 'some, each once', 'none, or one twice');
    const model = new TextModel({
      ...how,
      terms,
      idf: part.f32(`${m}.idf`, [n], { least: 0, most: 1e3 }),
      weights: part.f32(`${m}.weights`, [n, outputs], WEIGHTS),
      bias: part.f64(`${m}.bias`, [outputs], WEIGHTS),
    });
    const mean = part.f64(`${m}.mean`, [outputs], WEIGHTS);
    const scale = part.f64(`${m}.scale`, [outputs], { least: 1 / ENCODED.most, most: WEIGHTS.most });
    return names.map((name, k) => new TextFeature(name, column, model, k, mean[k], scale[k]));
  });
}

export const textReader: FeatureReader<TextFeature> = { name: 'text', place, write, read };

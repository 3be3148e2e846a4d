/**
 * A fitted naive Bayes model: how it is placed, read and written. models/naive-bayes.ts adds how one is fitted.
 *
 *     metadata   facts
 *     tensors    prior f64[classes]: logarithms of the classes' probabilities
 *                mean, variance f64[numbers, classes] · logs f64[labels of all categories, classes]: logarithms of their probabilities
 */
import { joined } from '../arrays.js';
import { FACTS, f64, type Part, type PartReader } from '../part.js';
import type { Likelihoods } from '../programs/naive-bayes/columns.js';
import type { NaiveBayesPlan } from '../programs/naive-bayes/predictor.js';
import type { Layout } from '../wasm/memory.js';
import { gaussianParameters, paired } from './likelihood-parameters.js';
import type { InputsOf, Model, ModelReader } from './model.js';

/** What is known of a column in each class: f64[classes] each of a number, f64[labels, classes] of codes. */
export type Likelihood = { mean: Float64Array; variance: Float64Array } | { logs: Float64Array };

/** Of float32 values and their squares, with room for what is added to a variance: then no sum of log-likelihoods overflows. */
const MEAN = { least: -3.5e38, most: 3.5e38 };
const VARIANCE = { least: 1e-110, most: 1e80 };
const LOG = { least: -1000, most: 0 };

export class NaiveBayesModel implements Model {
  readonly family = 'naive-bayes';
  readonly encodings = ['raw'] as const;

  /**
   * @param prior f64[classes]: logarithms of the classes' probabilities
   * @param columns of each encoded column
   * @param widths encoded columns of each feature
   */
  constructor(
    readonly prior: Float64Array,
    readonly columns: readonly Likelihood[],
    private readonly widths: readonly number[],
    readonly facts: Readonly<Record<string, string | number>>,
  ) {}

  get inputs(): number {
    return this.columns.length;
  }
  get outputs(): number {
    return this.prior.length === 2 ? 1 : this.prior.length;
  }

  place(layout: Layout): NaiveBayesPlan {
    const { prior, outputs, widths } = this;
    const classes = prior.length;
    const columns = this.columns.map((column): Likelihoods => {
      if ('logs' in column)
        return { labels: column.logs.length / classes, parameters: layout.put(paired(column.logs, classes)) };
      return { labels: -1, parameters: layout.put(gaussianParameters(column.mean, column.variance)) };
    });
    const start = paired(prior, classes);
    return {
      kind: 'naive-bayes',
      outputs,
      columns,
      widths: [...widths],
      prior: layout.put(start),
      zero: layout.put(new Float64Array(start.length)),
    };
  }

  /** Of a row of which nothing is known: the prior alone. */
  base(): number[] {
    const { prior } = this;
    if (prior.length === 2) return [prior[1] - prior[0]];
    const mean = prior.reduce((a, b) => a + b, 0) / prior.length;
    return Array.from(prior, (log) => log - mean);
  }

  write(): Part {
    const { prior, columns, facts } = this;
    const classes = prior.length;
    const numbers = columns.flatMap((column) => ('logs' in column ? [] : [column]));
    const logs = joined(
      Float64Array,
      columns.flatMap((column) => ('logs' in column ? [column.logs] : [])),
    );
    const of = (values: Float64Array[]) => f64(joined(Float64Array, values), values.length, classes);
    return {
      metadata: { facts: JSON.stringify(facts) },
      tensors: {
        prior: f64(prior),
        mean: of(numbers.map(({ mean }) => mean)),
        variance: of(numbers.map(({ variance }) => variance)),
        logs: f64(logs, logs.length / classes, classes),
      },
    };
  }
}

export function read(part: PartReader, { raw: { widths, labels } }: InputsOf, outputs: number): NaiveBayesModel {
  const classes = Math.max(2, outputs);
  const numbers = labels.filter((own) => own < 0).length;
  const all = labels.reduce((sum, own) => sum + Math.max(0, own), 0);
  const prior = part.f64('prior', [classes], LOG);
  const mean = part.f64('mean', [numbers, classes], MEAN);
  const variance = part.f64('variance', [numbers, classes], VARIANCE);
  const logs = part.f64('logs', [all, classes], LOG);
  let [number, label] = [0, 0];
  const columns = labels.map((own): Likelihood => {
    if (own < 0) {
      const first = number++ * classes;
      return { mean: mean.slice(first, first + classes), variance: variance.slice(first, first + classes) };
    }
    const first = label * classes;
    label += own;
    return { logs: logs.slice(first, label * classes) };
  });
  return new NaiveBayesModel(prior, columns, widths, part.json('facts', FACTS));
}

export const naiveBayesReader: ModelReader = { read };

/**
 * The family of multi-layer perceptrons: dense layers, trained by mini-batches (models/mlp.ts, programs/perceptron/train.ts), explained by
 * integrated gradients from the mean training row (programs/perceptron/explain.ts).
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { above, atLeast, flag, oneOf, seed, share, sought, whole } from '../options.js';
import { FACTS, f32, type Part, type PartReader, WEIGHTS, within } from '../part.js';
import { ACTIVATIONS, ForwardPass, type Network, packedIndex, parametersOf } from '../programs/perceptron/network.js';
import type { PerceptronPlan } from '../programs/perceptron/predictor.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { stride } from '../wasm/kernels.js';
import { type Layout, place } from '../wasm/memory.js';
import { MLPClassifier, MLPRegressor } from './mlp.js';
import type { Examples, Family, InputsOf, Model, ModelReader } from './model.js';
import { meanRow } from './rows.js';

/** Rows below which early stopping has too few held-out rows to go by. */
const EARLY_STOPPING_ROWS = 100;

export const OPTIONS = v.strictObject({
  hiddenLayerSizes: v.optional(
    v.pipe(
      v.array(whole(1, 100_000)),
      v.description('units of the hidden layers, separated by commas'),
      v.metadata({ flag: 'hidden', value: 'units' }),
      sought({ choices: [[50], [100], [200], [100, 50]] }),
    ),
    [100],
  ),
  maxIter: v.optional(
    v.pipe(whole(1, 1_000_000), v.description('epochs at most'), v.metadata({ flag: 'max-iter', value: 'N' })),
    1000,
  ),
  activation: v.optional(v.pipe(oneOf('identity', 'relu', 'logistic', 'tanh'), sought({ choices: ['relu', 'tanh'] })), 'relu'),
  solver: v.optional(oneOf('adam', 'sgd'), 'adam'),
  /** L2 penalty */
  alpha: v.optional(v.pipe(atLeast(0), sought({ from: 1e-4, to: 10, log: true })), 0.1),
  /** rows in a batch; default min(200, n) */
  batchSize: v.optional(whole(1)),
  learningRateInit: v.optional(v.pipe(above(0), sought({ from: 3e-4, to: 1e-2, log: true })), 1e-3),
  /** where there are rows enough */
  earlyStopping: v.optional(flag, true),
  validationFraction: v.optional(share, 0.1),
  nIterNoChange: v.optional(whole(1), 10),
  seed: v.optional(seed, 42),
});
export type PerceptronOptions = v.InferOutput<typeof OPTIONS>;

export class Perceptron implements Model {
  readonly family = 'perceptron';
  readonly encodings = ['standard'] as const;

  /**
   * @param parameters packed (programs/perceptron/network.ts)
   * @param baseline f32[inputs]: the mean encoded training row, that contributions count from
   * @param widths encoded columns of each feature
   */
  constructor(
    readonly network: Network,
    readonly parameters: Float32Array,
    readonly baseline: Float32Array,
    private readonly widths: readonly number[],
    readonly facts: Readonly<Record<string, string | number>>,
  ) {}

  get inputs(): number {
    return this.network.sizes[0];
  }
  get outputs(): number {
    return this.network.sizes[this.network.sizes.length - 1];
  }

  place(layout: Layout): PerceptronPlan {
    const baseline = new Float32Array(stride(this.inputs));
    baseline.set(this.baseline);
    const group = Int32Array.from(this.widths.flatMap((width, feature) => new Array<number>(width).fill(feature)));
    return {
      kind: 'perceptron',
      network: this.network,
      parameters: layout.put(this.parameters),
      baseline: layout.put(baseline),
      group: layout.put(group),
      groups: this.widths.length,
    };
  }

  base(engine: Engine): number[] {
    const lay = (layout: Layout) => {
      const { parameters, baseline } = this.place(layout);
      return { baseline, pass: new ForwardPass(engine.kernels, this.network, parameters, layout, 1) };
    };
    const { at, region } = place(engine, lay);
    using _ = region;
    return [...engine.f32(at.pass.run(at.baseline, 1), this.outputs)];
  }

  /**
   * Mean of the first layer's weights over a feature's encoded columns and all units, signed: what the article ranks features by. A
   * heuristic only; it ignores every later layer.
   */
  weights(): number[] {
    const [inputs, units] = this.network.sizes;
    let first = 0;
    return this.widths.map((width) => {
      let sum = 0;
      for (let i = first; i < first + width; i++)
        for (let j = 0; j < units; j++) sum += this.parameters[packedIndex(i, j, inputs, units)];
      first += width;
      return sum / (width * units);
    });
  }

  /** Weights as [inputs, units], unpacked, for any language to read. */
  write(): Part {
    const { sizes } = this.network;
    const { weights, biases } = parametersOf(sizes);
    const tensors: Part['tensors'] = { baseline: f32(this.baseline) };
    for (let l = 0; l + 1 < sizes.length; l++) {
      const [inputs, units] = [sizes[l], sizes[l + 1]];
      const weight = new Float32Array(inputs * units);
      for (let i = 0; i < inputs; i++) {
        for (let j = 0; j < units; j++) weight[i * units + j] = this.parameters[weights[l] + packedIndex(i, j, inputs, units)];
      }
      tensors[`layers.${l}.weight`] = f32(weight, inputs, units);
      tensors[`layers.${l}.bias`] = f32(this.parameters.slice(biases[l], biases[l] + units));
    }
    return { metadata: { network: JSON.stringify(this.network), facts: JSON.stringify(this.facts) }, tensors };
  }
}

const NETWORK = v.object({
  sizes: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))), v.minLength(2)),
  activation: v.picklist(ACTIVATIONS),
  output: v.picklist(['identity', 'logistic', 'softmax']),
});

function read(part: PartReader, { standard: { widths } }: InputsOf, outputs: number): Perceptron {
  const network = part.json('network', NETWORK);
  const facts = part.json('facts', FACTS);
  const { sizes } = network;
  const inputs = widths.reduce((a, b) => a + b, 0);
  part.check(sizes[0] === inputs, 'inputs of the network', inputs, sizes[0]);
  part.check(sizes[sizes.length - 1] === outputs, 'outputs of the network', outputs, sizes[sizes.length - 1]);
  // The tensors come first: a size that the file does not hold is never allocated.
  const layers = sizes.slice(1).map((units, l) => ({
    weight: part.f32(`layers.${l}.weight`, [sizes[l], units], WEIGHTS),
    bias: part.f32(`layers.${l}.bias`, [units], WEIGHTS),
  }));
  const { weights, biases, length } = parametersOf(sizes);
  const parameters = new Float32Array(length);
  layers.forEach(({ weight, bias }, l) => {
    const units = sizes[l + 1];
    for (let i = 0; i < sizes[l]; i++) {
      for (let j = 0; j < units; j++) parameters[weights[l] + packedIndex(i, j, sizes[l], units)] = weight[i * units + j];
    }
    parameters.set(bias, biases[l]);
  });
  return new Perceptron(network, parameters, part.f32('baseline', [inputs], WEIGHTS), widths, facts);
}

async function fit(
  engine: Engine,
  {
    task,
    x,
    y,
    inputs: {
      standard: { widths },
    },
  }: Examples,
  options: PerceptronOptions,
  run: RunOptions,
): Promise<Perceptron> {
  const earlyStopping = options.earlyStopping && x.rows >= EARLY_STOPPING_ROWS;
  const given = { ...options, engine, earlyStopping };
  const mlp = task === 'regression' ? new MLPRegressor(given) : new MLPClassifier(given);
  await mlp.fit(x, y, run);
  if (!mlp.network) throw errors.notFitted('perceptron');
  if (!within(mlp.parameters, WEIGHTS)) throw errors.diverged(mlp.nIter, options.learningRateInit, 'a weight');
  const facts = { epochs: mlp.nIter, stopped: mlp.stopped ?? 'maxIter' };
  return new Perceptron(mlp.network, mlp.parameters, meanRow(x), widths, facts);
}

export const perceptronReader: ModelReader = { read };

/** Written out, so that a bundle without fitting leaves it behind. */
export const perceptron: Family<PerceptronOptions> = {
  read,
  name: 'perceptron',
  tasks: ['binary', 'multiclass', 'regression'],
  encodings: ['standard'],
  options: OPTIONS,
  fit,
};

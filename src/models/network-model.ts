/** A fitted network with embedded numbers (programs/network/): placed, written and read. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { FACTS, f32, type Part, type PartReader, WEIGHTS } from '../part.js';
import {
  type EmbeddedNetwork,
  embeddedInputs,
  embeddedLength,
  FREQUENCIES,
  firstValue,
  isColumn,
  NUMBER_LENGTH,
  VALUES,
} from '../programs/network/embedding.js';
import type { NetworkPlan } from '../programs/network/predictor.js';
import { ForwardPass, packedIndex, parametersOf } from '../programs/perceptron/network.js';
import { stride } from '../wasm/kernels.js';
import { type Layout, place } from '../wasm/memory.js';
import type { Inputs, InputsOf, Model, ModelReader } from './model.js';

/** The encoded column of each feature that is a number, and its feature. */
export function numbersOf({ widths, labels }: Inputs): { columns: Int32Array; features: number[] } {
  const columns: number[] = [];
  const features: number[] = [];
  let at = 0;
  widths.forEach((width, f) => {
    if (width > 0 && labels[at] < 0) {
      columns.push(at);
      features.push(f);
    }
    at += width;
  });
  return { columns: Int32Array.from(columns), features };
}

export class NetworkModel implements Model {
  readonly family = 'network';
  readonly encodings = ['normal'] as const;

  /**
   * @param parameters as programs/network/embedding.ts has them
   * @param baseline f32[sizes[0]]: the mean embedded training row, that contributions count from
   */
  constructor(
    readonly network: EmbeddedNetwork,
    readonly parameters: Float32Array,
    readonly baseline: Float32Array,
    private readonly features: Inputs,
    readonly facts: Readonly<Record<string, string | number>>,
  ) {}

  get inputs(): number {
    return this.network.columns;
  }
  get outputs(): number {
    return this.network.sizes[this.network.sizes.length - 1];
  }

  place(layout: Layout): NetworkPlan {
    const { network, features } = this;
    const { columns, features: ofNumbers } = numbersOf(features);
    const baseline = new Float32Array(stride(network.sizes[0]));
    baseline.set(this.baseline);
    const group = new Int32Array(network.sizes[0]);
    group.set(features.widths.flatMap((width, f) => new Array<number>(width).fill(f)));
    const values = ofNumbers.flatMap((f) => new Array<number>(VALUES).fill(f));
    group.set(values, firstValue(network.columns));
    return {
      kind: 'network',
      network,
      parameters: layout.put(this.parameters),
      numbers: layout.put(columns),
      baseline: layout.put(baseline),
      group: layout.put(group),
      groups: features.widths.length,
    };
  }

  base(engine: Engine): number[] {
    const { at, region } = place(engine, (layout) => {
      const { parameters, baseline } = this.place(layout);
      return { baseline, pass: new ForwardPass(engine.kernels, this.network, parameters, layout, 1) };
    });
    using _ = region;
    return [...engine.f32(at.pass.run(at.baseline, 1), this.outputs)];
  }

  /** Weights as [inputs, units], unpacked, for any language to read; inputs of the first layer are the encoded columns and the numbers' values. */
  write(): Part {
    const { network, parameters } = this;
    const { sizes, columns, numbers } = network;
    const { weights, biases, length } = parametersOf(sizes);
    const tensors: Part['tensors'] = { baseline: f32(this.baseline.filter((_, i) => isColumn(i, columns))) };
    for (let l = 0; l + 1 < sizes.length; l++) {
      const [rows, units] = [inputsOf(network, l), sizes[l + 1]];
      const weight = new Float32Array(rows.length * units);
      rows.forEach((i, row) => {
        for (let j = 0; j < units; j++) weight[row * units + j] = parameters[weights[l] + packedIndex(i, j, sizes[l], units)];
      });
      tensors[`layers.${l}.weight`] = f32(weight, rows.length, units);
      tensors[`layers.${l}.bias`] = f32(parameters.slice(biases[l], biases[l] + units));
    }
    const embedding = parameters.slice(length, length + numbers * NUMBER_LENGTH);
    tensors.embedding = f32(embedding, numbers, 2 + VALUES, FREQUENCIES);
    const described = { hidden: sizes.slice(1, -1), output: network.output };
    return { metadata: { network: JSON.stringify(described), facts: JSON.stringify(this.facts) }, tensors };
  }
}

/** The places of a layer's inputs that are any: the first layer's have a gap. */
const inputsOf = ({ sizes, columns }: EmbeddedNetwork, layer: number): number[] =>
  Array.from({ length: sizes[layer] }, (_, i) => i).filter((i) => layer > 0 || isColumn(i, columns));

/** The shape of a network for these features. */
export function networkOf(features: Inputs, hidden: readonly number[], outputs: number, output: EmbeddedNetwork['output']) {
  const columns = features.widths.reduce((a, b) => a + b, 0);
  const numbers = numbersOf(features).columns.length;
  const sizes = [embeddedInputs(columns, numbers), ...hidden, outputs];
  return { sizes, activation: 'relu', output, columns, numbers } satisfies EmbeddedNetwork;
}

const NETWORK = v.object({
  hidden: v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
  output: v.picklist(['identity', 'logistic', 'softmax']),
});

export function read(part: PartReader, { normal: features }: InputsOf, outputs: number): NetworkModel {
  const { hidden, output } = part.json('network', NETWORK);
  const facts = part.json('facts', FACTS);
  const network = networkOf(features, hidden, outputs, output);
  const { sizes, columns, numbers } = network;
  const first = inputsOf(network, 0);
  // The tensors come first: a size that the file does not hold is never allocated.
  const layers = sizes.slice(1).map((units, l) => ({
    weight: part.f32(`layers.${l}.weight`, [l > 0 ? sizes[l] : first.length, units], WEIGHTS),
    bias: part.f32(`layers.${l}.bias`, [units], WEIGHTS),
  }));
  const embedding = part.f32('embedding', [numbers, 2 + VALUES, FREQUENCIES], WEIGHTS);
  const known = part.f32('baseline', [first.length], WEIGHTS);
  const { weights, biases, length } = parametersOf(sizes);
  const parameters = new Float32Array(embeddedLength(network));
  layers.forEach(({ weight, bias }, l) => {
    const units = sizes[l + 1];
    inputsOf(network, l).forEach((i, row) => {
      for (let j = 0; j < units; j++) parameters[weights[l] + packedIndex(i, j, sizes[l], units)] = weight[row * units + j];
    });
    parameters.set(bias, biases[l]);
  });
  parameters.set(embedding, length);
  const baseline = new Float32Array(sizes[0]);
  first.forEach((i, row) => {
    baseline[i] = known[row];
  });
  part.check(columns > 0, 'inputs of the network', 'one at least', columns);
  return new NetworkModel(network, parameters, baseline, features, facts);
}

export const networkReader: ModelReader = { read };

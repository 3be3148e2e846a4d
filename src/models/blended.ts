/**
 * Several fitted models as one: the weighted sum of their raw outputs and of what each feature adds to them, with a number added to each
 * output. Of two classes that is an average of log-odds (Genest and Zidek, "Combining Probability Distributions", 1986), and so the reasons
 * of the members add up to those of the whole.
 *
 *     metadata   members: family and weight of each · facts · candidates
 *     tensors    shift f64[outputs]
 *     0.… 1.…    what each member writes
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { FACTS, f64, joinParts, type Part, type PartReader, WEIGHTS } from '../part.js';
import { ENCODINGS } from '../prepare/feature.js';
import type { BlendPlan } from '../programs/blend/predictor.js';
import { startsOf } from '../programs/encode.js';
import type { Layout } from '../wasm/memory.js';
import { forestReader } from './forest.js';
import { linearReader } from './linear.js';
import type { Candidate, InputsOf, Model, ModelReader } from './model.js';
import { networkReader } from './network-model.js';

/** What members may be. */
const READERS: Readonly<Record<string, ModelReader>> = {
  linear: linearReader,
  network: networkReader,
  trees: forestReader,
};

export interface WeightedModel {
  weight: number;
  model: Model;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

export class Blended implements Model {
  readonly family = 'blend';
  /** all, whatever the members read: targets that share their rows agree on them */
  readonly encodings = ENCODINGS;
  readonly inputs: number;

  /** @param shift f64[outputs] */
  constructor(
    readonly members: readonly WeightedModel[],
    readonly shift: Float64Array,
    private readonly inputsOf: InputsOf,
    readonly facts: Readonly<Record<string, string | number>>,
    readonly candidates: readonly Candidate[],
  ) {
    this.inputs = startsOf(this.#counts()).inputs;
  }

  /** Columns of each encoding. */
  #counts(): number[] {
    return this.encodings.map((encoding) => sum(this.inputsOf[encoding].widths));
  }

  get outputs(): number {
    return this.shift.length;
  }

  place(layout: Layout): BlendPlan {
    const counts = this.#counts();
    const encodings = startsOf(counts).firsts.map((first, e) => ({ first, count: counts[e] }));
    return {
      kind: 'blend',
      inputs: this.inputs,
      outputs: this.outputs,
      groups: this.inputsOf[this.encodings[0]].widths.length,
      shift: [...this.shift],
      encodings,
      members: this.members.map(({ weight, model }) => ({
        weight,
        encoding: this.encodings.indexOf(model.encodings[0]),
        plan: model.place(layout),
      })),
    };
  }

  base(engine: Engine): number[] {
    const bases = this.members.map(({ model }) => model.base(engine));
    return Array.from(this.shift, (shift, c) => shift + sum(this.members.map(({ weight }, m) => weight * bases[m][c])));
  }

  write(): Part {
    const { metadata, tensors } = joinParts(this.members.map(({ model }, m) => [`${m}`, model.write()]));
    const members = this.members.map(({ weight, model }) => ({ family: model.family, weight }));
    return {
      metadata: {
        members: JSON.stringify(members),
        facts: JSON.stringify(this.facts),
        candidates: JSON.stringify(this.candidates),
        ...metadata,
      },
      tensors: { shift: f64(this.shift), ...tensors },
    };
  }
}

const finite = v.pipe(v.number(), v.finite());
const MEMBERS = v.pipe(
  v.array(v.object({ family: v.picklist(Object.keys(READERS)), weight: v.pipe(finite, v.minValue(-1e3), v.maxValue(1e3)) })),
  v.minLength(1),
  v.maxLength(100),
);
const CANDIDATES = v.array(v.object({ family: v.string(), loss: finite, weight: finite }));

export function read(part: PartReader, inputs: InputsOf, outputs: number): Blended {
  const members = part.json('members', MEMBERS).map(({ family, weight }, m) => {
    return { weight, model: READERS[family].read(part.under(`${m}`), inputs, outputs) };
  });
  const shift = part.f64('shift', [outputs], WEIGHTS);
  return new Blended(members, shift, inputs, part.json('facts', FACTS), part.json('candidates', CANDIDATES));
}

export const blendReader: ModelReader = { read };

/**
 * The profiles of one shard: encode, infer, rank, explain, and write the columns as Arrow.
 *
 * Output columns, for `rows` rows and `features` features:
 *
 *     score         f32   probability of the positive class; of the likeliest class; or the predicted number
 *     percentile    f32   rank of the score among the training rows, 0 … 100 (not for several classes)
 *     label         i32   the likeliest class (only for classes)
 *     explanation   list of { feature i32, value f32?, category i32?, contribution f32 }, by falling |contribution|
 *
 * What a contribution is made of: log-odds for two classes; for several, the likeliest class's raw output above the
 * mean of all; for a number, units of the target. They sum to the row's value less the baseline's.
 */

import { errors } from '../errors.js';
import { type Kernels, stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import { ARROW_BYTES, writeArrow } from './arrow.js';
import { type EncodePlan, type RawColumns, TILE, TileEncoder } from './encode.js';
import { explain, explainScratch } from './perceptron/explain.js';
import { ForwardPass, type Network } from './perceptron/network.js';
import type { Control } from './program.js';

/** A fitted model in memory: what every shard reads. */
export interface ModelPlan {
  encode: EncodePlan;
  network: Network;
  /** f32[parametersOf(sizes).length] */
  parameters: number;
  /** f32[stride(inputs)], the encoded row that contributions count from */
  baseline: number;
  /** i32[inputs]: the feature of each encoded column */
  group: number;
  features: number;
  /** f32[nRanks], scores of the training rows at evenly spaced ranks; nRanks 0 for none */
  ranks: number;
  nRanks: number;
  /** a number's score = raw output · targetScale + targetMean; 1 and 0 otherwise */
  targetScale: number;
  targetMean: number;
}

export interface ProfileArgs extends RawColumns {
  model: ModelPlan;
  /** whether to explain each row; without, the explanation is left out */
  explain: boolean;
  /** profileLayout(…) bytes */
  out: number;
  /** profileScratch(…) bytes */
  scratch: number;
}

/** Where each output column of a shard stands. */
export function profileLayout(model: ModelPlan, rows: number, explained: boolean, base: number) {
  const layout = new Layout(base);
  const outputs = model.network.sizes.at(-1) as number;
  const entries = explained ? rows * model.features : 0;
  return {
    score: layout.take(rows * 4),
    percentile: layout.take(rows * 4),
    label: layout.take(rows * 4),
    /** f32[rows, outputs]: all probabilities */
    all: layout.take(rows * outputs * 4),
    offsets: layout.take((rows + 1) * 4),
    feature: layout.take(entries * 4),
    value: layout.take(entries * 4),
    valueValid: layout.take(entries >> 3),
    category: layout.take(entries * 4),
    categoryValid: layout.take(entries >> 3),
    contribution: layout.take(entries * 4),
    arrays: layout.take(8 * ARROW_BYTES),
    layout,
  };
}

function buffers(kernels: Kernels, memory: WebAssembly.Memory | undefined, model: ModelPlan, base: number) {
  const layout = new Layout(base);
  const { network } = model;
  const outputs = network.sizes.at(-1) as number;
  const pass = new ForwardPass(kernels, network, model.parameters, layout, TILE);
  const explanation = {
    network,
    parameters: model.parameters,
    x: layout.take(TILE * stride(network.sizes[0]) * 4),
    baseline: model.baseline,
    direction: layout.take(TILE * stride(outputs) * 4),
    group: model.group,
    groups: model.features,
    rows: TILE,
    out: layout.take(TILE * model.features * 4),
  };
  return {
    pass,
    explanation,
    encoder: new TileEncoder(kernels, memory, model.encode, layout),
    scratch: layout.take(explainScratch(kernels, explanation)),
    layout,
  };
}

/** Bytes of scratch that `profile` needs. */
export const profileScratch = (kernels: Kernels, model: ModelPlan) => buffers(kernels, undefined, model, 0).layout.bytes;

/**
 * The computation of profiles with everything at its place: buffers, addresses, views. Whoever profiles single rows keeps one, since to
 * lay it out anew costs more than a row; it holds for as long as the memory's buffer is the same.
 */
export class ProfilePass {
  /** where the output columns stand */
  readonly out: ReturnType<typeof profileLayout>;
  readonly #b: ReturnType<typeof buffers>;
  readonly #write: ReturnType<typeof explanationWriter> | undefined;
  readonly #views: Record<'score' | 'percentile' | 'all' | 'raw' | 'direction' | 'contributions', Float32Array>;
  readonly #label: Int32Array;

  /** @param args `rows`: as many as there may be */
  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly args: ProfileArgs,
  ) {
    const { model, rows } = args;
    const outputs = model.network.sizes[model.network.sizes.length - 1];
    const ld = stride(outputs);
    const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
    this.out = profileLayout(model, rows, args.explain, args.out);
    this.#b = buffers(kernels, memory, model, args.scratch);
    this.#write = args.explain ? explanationWriter(memory, args, this.out) : undefined;
    const z = this.#b.pass.outputs[this.#b.pass.outputs.length - 1];
    this.#views = {
      score: f32(this.out.score, rows),
      percentile: f32(this.out.percentile, rows),
      all: f32(this.out.all, rows * outputs),
      raw: f32(z, TILE * ld),
      direction: f32(this.#b.explanation.direction, TILE * ld),
      contributions: f32(this.#b.explanation.out, TILE * model.features),
    };
    this.#label = new Int32Array(memory.buffer, this.out.label, rows);
  }

  /** Profiles the first rows. @throws CameoError 'aborted' */
  run(rows: number, control: Control): void {
    const { kernels, args } = this;
    const { model } = args;
    const { percentile } = this.#views;
    for (let first = 0; first < rows; first += TILE) {
      if (control.aborted()) throw errors.aborted();
      const n = Math.min(TILE, rows - first);
      this.#b.encoder.encode(this.#b.explanation.x, args, first, n);
      this.#score(this.#b.pass.run(this.#b.explanation.x, n), first, n);
      if (!this.#write) continue;
      explain(kernels, { ...this.#b.explanation, rows: n, scratch: this.#b.scratch });
      this.#write(first, this.#views.contributions, n);
    }
    if (model.nRanks > 0) {
      kernels.quantile_transform(this.out.percentile, this.out.score, model.ranks, rows, model.nRanks);
      for (let r = 0; r < rows; r++) percentile[r] *= 100;
    }
  }

  /** From raw outputs to scores, labels, and the direction that is explained. */
  #score(z: number, first: number, n: number): void {
    const { kernels } = this;
    const { model, explain: explained } = this.args;
    const { network } = model;
    const outputs = network.sizes[network.sizes.length - 1];
    const ld = stride(outputs);
    const { score, all, raw, direction } = this.#views;
    const label = this.#label;
    if (network.output === 'logistic') {
      kernels.vector_logistic(this.out.score + first * 4, z, n);
      for (let r = 0; r < n; r++) {
        label[first + r] = Number(score[first + r] > 0.5);
        all[first + r] = score[first + r];
      }
      if (explained) direction.fill(1);
    } else if (network.output === 'softmax') {
      direction.fill(0);
      kernels.softmax(z, z, n, outputs);
      for (let r = 0; r < n; r++) {
        let top = 0;
        for (let c = 1; c < outputs; c++) if (raw[r * ld + c] > raw[r * ld + top]) top = c;
        label[first + r] = top;
        score[first + r] = raw[r * ld + top];
        for (let c = 0; c < outputs; c++) {
          all[(first + r) * outputs + c] = raw[r * ld + c];
          direction[r * ld + c] = Number(c === top) - 1 / outputs;
        }
      }
    } else {
      for (let r = 0; r < n; r++) {
        score[first + r] = raw[r] * model.targetScale + model.targetMean;
        all[first + r] = score[first + r];
      }
      direction.fill(model.targetScale);
    }
  }

  /** @returns the address of an ArrowArray of all rows: a struct of the output columns that apply */
  arrow(): number {
    const { memory, args, out } = this;
    const { model, rows } = args;
    const layout = new Layout(out.arrays);
    const column = (...buffers: number[]) => writeArrow(memory, layout, { length: rows, buffers });
    const children = [column(0, out.score)];
    if (model.nRanks > 0) children.push(column(0, out.percentile));
    if (model.network.output !== 'identity') children.push(column(0, out.label));
    if (args.explain) {
      const length = rows * model.features;
      const [numbers, categories] = [model.encode.numbers, model.encode.labels.length];
      const entry = (buffers: number[], nullCount = 0) => writeArrow(memory, layout, { length, nullCount, buffers });
      const fields = [
        entry([0, out.feature]),
        entry([out.valueValid, out.value], countNulls(memory, out.valueValid, length, numbers)),
        entry([out.categoryValid, out.category], countNulls(memory, out.categoryValid, length, categories)),
        entry([0, out.contribution]),
      ];
      const entries = writeArrow(memory, layout, { length, buffers: [0], children: fields });
      children.push(writeArrow(memory, layout, { length: rows, buffers: [0, out.offsets], children: [entries] }));
    }
    return writeArrow(memory, layout, { length: rows, buffers: [0], children });
  }
}

/** @returns the address of the shard's ArrowArray */
export function profile(kernels: Kernels, memory: WebAssembly.Memory, args: ProfileArgs, control: Control): number {
  const pass = new ProfilePass(kernels, memory, args);
  pass.run(args.rows, control);
  return pass.arrow();
}

/** Writes the entries of tiles, each row's by falling size of the contribution. */
function explanationWriter(memory: WebAssembly.Memory, args: ProfileArgs, out: ReturnType<typeof profileLayout>) {
  const { model, rows } = args;
  const { features, encode } = model;
  const length = rows * features;
  const i32 = (at: number, n: number) => new Int32Array(memory.buffer, at, n);
  const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
  const feature = i32(out.feature, length);
  const value = f32(out.value, length);
  const category = i32(out.category, length);
  const contribution = f32(out.contribution, length);
  const bits = (at: number) => new Uint8Array(memory.buffer, at, (length >> 3) + 1);
  const valueValid = bits(out.valueValid);
  const categoryValid = bits(out.categoryValid);
  i32(out.offsets, rows + 1).forEach((_, r, offsets) => {
    offsets[r] = r * features;
  });
  const column = (j: number) => args.columns + j * args.pitch;
  const numbers = Array.from({ length: encode.numbers }, (_, j) => f32(column(j), rows));
  const codes = encode.labels.map((_, c) => i32(column(encode.numbers + c), rows));
  // Labels of all categories share one dictionary: this is where each one's begin.
  const starts = encode.labels.map((_, c) => encode.labels.slice(0, c).reduce((a, b) => a + b, 0));
  const order = new Uint16Array(features);

  return (first: number, contributions: Float32Array, n: number) => {
    if (first === 0) {
      valueValid.fill(0);
      categoryValid.fill(0);
    }
    for (let r = 0; r < n; r++) {
      const from = r * features;
      for (let i = 0; i < features; i++) {
        const size = Math.abs(contributions[from + i]);
        let k = i;
        for (; k > 0 && Math.abs(contributions[from + order[k - 1]]) < size; k--) order[k] = order[k - 1];
        order[k] = i;
      }
      const row = first + r;
      for (let i = 0, at = row * features; i < features; i++, at++) {
        const f = order[i];
        feature[at] = f;
        contribution[at] = contributions[from + f];
        value[at] = 0;
        category[at] = 0;
        if (f < encode.numbers) {
          const v = numbers[f][row];
          if (Number.isNaN(v)) continue;
          value[at] = v;
          valueValid[at >> 3] |= 1 << (at & 7);
        } else {
          const code = codes[f - encode.numbers][row];
          if (code < 0) continue;
          category[at] = starts[f - encode.numbers] + code;
          categoryValid[at >> 3] |= 1 << (at & 7);
        }
      }
    }
  };
}

/** Zero bits among the first `length`; without any column of the kind, all of them. */
function countNulls(memory: WebAssembly.Memory, at: number, length: number, columns: number): number {
  if (columns === 0) return length;
  const bytes = new Uint8Array(memory.buffer, at, (length >> 3) + 1);
  let ones = 0;
  for (const byte of bytes) for (let b = byte; b; b &= b - 1) ones++;
  return length - ones;
}

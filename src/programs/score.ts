/**
 * The scores of one shard: encode once; for each target infer, rank and explain; write the columns as Arrow (programs/arrow.ts).
 *
 * Output columns of a target, for `rows` rows and `features` features:
 *
 *     score         f32   probability of the positive class; of the likeliest class; or the predicted number
 *     percentile    f32   rank of the score among the training rows, 0 … 100 (not for several classes)
 *     label         i32   the likeliest class; of two, the last where its score is above the target's threshold (only for classes)
 *     explanation   list of { feature i32, value f32?, category i32?, date i64?, contribution f32 }, by falling |contribution|; a date only
 *                   where some feature is one
 *
 * What a contribution is made of: log-odds for two classes; for several, the likeliest class's raw output above the
 * mean of all; for a number, units of the target. They sum to the row's value less the base's.
 *
 * No column holds a number that is not finite. Whatever is written is added up in a float64, in the loops that write it: float64 has room
 * for any sum of float32, so the sum is finite as long as each of them is. Where it is not, the culprit is looked for.
 */
import { errors } from '../errors.js';
import { argmax } from '../math.js';
import type { Task } from '../metrics/index.js';
import { type Kernels, stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import { type EncodePlan, TileEncoder } from './encode.js';
import { type RawColumns, TILE } from './encoder.js';
import { ExplanationWriter } from './explanation.js';
import type { Predictor, PredictorPlan } from './predictor.js';
import { predictors } from './predictors.js';
import type { Control } from './program.js';
import { DATE, type ScoreColumns, scoreArrow, scoreColumns } from './score-columns.js';

/** A fitted model of one target in memory: what every shard reads. */
export interface TargetPlan {
  /** for errors */
  name: string;
  task: Task;
  predictor: PredictorPlan;
  /** raw outputs of the predictor */
  outputs: number;
  /** f32[nRanks], scores of the training rows at evenly spaced ranks; nRanks 0 for none */
  ranks: number;
  nRanks: number;
  /** a number's score = raw output · scale + mean; 1 and 0 otherwise */
  scale: number;
  mean: number;
  /** of two classes: the score above which the last is predicted */
  threshold: number;
}

/** Models that read the same features. */
export interface ScorePlan {
  encode: EncodePlan;
  targets: TargetPlan[];
  /** of each feature: its name, for errors, and how many labels its codes have; −1 for a number, −2 for a date */
  names: readonly string[];
  labels: number[];
}

export interface ScoreArgs extends RawColumns {
  plan: ScorePlan;
  /** whether to explain each row; without, the explanation is left out */
  explain: boolean;
  /** scoreBytes(…) bytes */
  out: number;
  /** scoreScratch(…) bytes */
  scratch: number;
}

/** Where each target's output columns of a shard stand. */
export function scoreLayout(plan: ScorePlan, rows: number, explained: boolean, layout: Layout): ScoreColumns[] {
  const entries = explained ? rows * plan.labels.length : 0;
  const dated = plan.labels.includes(DATE);
  return plan.targets.map(({ outputs }) => scoreColumns(layout, rows, outputs, entries, dated));
}

function buffers(kernels: Kernels, memory: WebAssembly.Memory | undefined, plan: ScorePlan, layout: Layout) {
  return {
    x: layout.take(TILE * stride(plan.encode.inputs) * 4),
    encoder: new TileEncoder(kernels, memory, plan.encode, layout),
    predictors: plan.targets.map(({ predictor }) => predictors[predictor.kind](kernels, memory, predictor, layout, TILE)),
    direction: layout.take(TILE * stride(Math.max(...plan.targets.map(({ outputs }) => outputs))) * 4),
    contributions: layout.take(TILE * plan.labels.length * 4),
  };
}

/** Bytes that the outputs of a shard take, and its scratch. */
export function scoreBytes(
  kernels: Kernels,
  plan: ScorePlan,
  rows: number,
  explained: boolean,
): { out: number; scratch: number } {
  const [out, scratch] = [new Layout(0), new Layout(0)];
  scoreLayout(plan, rows, explained, out);
  buffers(kernels, undefined, plan, scratch);
  return { out: out.bytes, scratch: scratch.bytes };
}

/**
 * The computation of scores with everything at its place: buffers, addresses, views. Whoever scores single rows keeps one, since to lay it
 * out anew costs more than a row; it holds for as long as the memory's buffer is the same.
 */
export class ScorePass {
  /** where the output columns of each target stand */
  readonly out: ScoreColumns[];
  readonly #b: ReturnType<typeof buffers>;
  readonly #targets: TargetPass[];

  /** @param args `rows`: as many as there may be */
  constructor(
    kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly args: ScoreArgs,
  ) {
    const { plan, rows, explain } = args;
    this.out = scoreLayout(plan, rows, explain, new Layout(args.out));
    this.#b = buffers(kernels, memory, plan, new Layout(args.scratch));
    this.#targets = plan.targets.map((target, t) => new TargetPass(kernels, memory, args, target, this.out[t], this.#b, t));
  }

  /** Scores the first rows. @throws CameoError 'aborted'; 'model' for a result that is not finite, naming target and feature */
  run(rows: number, control: Control): void {
    for (let first = 0; first < rows; first += TILE) {
      if (control.aborted()) throw errors.aborted();
      const n = Math.min(TILE, rows - first);
      this.#b.encoder.encode(this.#b.x, this.args, first, n);
      for (const target of this.#targets) target.run(this.#b.x, first, n);
    }
    for (const target of this.#targets) target.finish(rows);
  }

  /** @returns the address of an ArrowArray for each target: a struct of the output columns that apply */
  arrow(): number[] {
    const { plan, rows, explain } = this.args;
    return plan.targets.map((target, t) =>
      scoreArrow(this.memory, this.out[t], rows, {
        percentile: target.nRanks > 0,
        label: target.task !== 'regression',
        labels: explain ? plan.labels : undefined,
      }),
    );
  }
}

/** The score and reasons of one target, tile by tile. */
class TargetPass {
  readonly #predictor: Predictor;
  readonly #write: ExplanationWriter | undefined;
  readonly #views: Record<'score' | 'percentile' | 'all' | 'direction' | 'contributions', Float32Array>;
  readonly #label: Int32Array;
  readonly #names: readonly string[];
  #raw = new Float32Array(0);
  /** Σ of raw outputs, scores and contributions since `finish` */
  #sum = 0;

  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    args: ScoreArgs,
    private readonly target: TargetPlan,
    private readonly out: ScoreColumns,
    private readonly b: Pick<ReturnType<typeof buffers>, 'predictors' | 'direction' | 'contributions'>,
    t: number,
  ) {
    const { rows, plan } = args;
    const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
    this.#predictor = b.predictors[t];
    this.#write = args.explain ? new ExplanationWriter(memory, args, plan.labels, out) : undefined;
    this.#views = {
      score: f32(out.score, rows),
      percentile: f32(out.percentile, rows),
      all: f32(out.all, rows * target.outputs),
      direction: f32(b.direction, TILE * stride(target.outputs)),
      contributions: f32(b.contributions, TILE * plan.labels.length),
    };
    this.#label = new Int32Array(memory.buffer, out.label, rows);
    this.#names = plan.names;
  }

  /** @param x address of n encoded rows, the shard's rows first … first + n − 1 */
  run(x: number, first: number, n: number): void {
    const z = this.#predictor.run(x, n);
    if (this.#raw.byteOffset !== z) this.#raw = new Float32Array(this.memory.buffer, z, TILE * stride(this.target.outputs));
    this.#sum += this[this.target.task](z, first, n);
    if (!this.#write) return;
    this.#predictor.explain(x, this.b.direction, n, this.b.contributions);
    this.#sum += this.#write.write(first, this.#views.contributions, n);
  }

  /** percentile = rank of the score among those of training, when the scores are found to be finite */
  finish(rows: number): void {
    const sum = this.#sum;
    this.#sum = 0;
    if (!Number.isFinite(sum)) throw this.#notFinite(rows);
    const { ranks, nRanks } = this.target;
    if (nRanks === 0) return;
    const { percentile } = this.#views;
    this.kernels.quantile_transform(this.out.percentile, this.out.score, ranks, rows, nRanks);
    for (let r = 0; r < rows; r++) percentile[r] *= 100;
  }

  /** What to say of the first result that is not finite. */
  #notFinite(rows: number) {
    const { name, predictor } = this.target;
    const at = this.#write ? this.#write.notFinite(rows) : -1;
    const what = at < 0 ? `The score of '${name}'` : `What '${this.#names[at]}' adds to the score of '${name}'`;
    return errors.notFinite(what, `the model (${predictor.kind})`);
  }

  /** These three give the sum of raw outputs or scores. */
  binary(z: number, first: number, n: number): number {
    const { score, all, direction } = this.#views;
    const { threshold } = this.target;
    let sum = 0;
    this.kernels.vector_logistic(this.out.score + first * 4, z, n);
    for (let r = first; r < first + n; r++) {
      this.#label[r] = Number(score[r] > threshold);
      all[r] = score[r];
      sum += this.#raw[r - first]; // of an infinite one the logistic function makes a finite score
    }
    if (this.#write) direction.fill(1);
    return sum;
  }

  multiclass(z: number, first: number, n: number): number {
    const { outputs } = this.target;
    const ld = stride(outputs);
    const { score, all, direction } = this.#views;
    let sum = 0;
    direction.fill(0);
    this.kernels.softmax(z, z, n, outputs);
    for (let r = 0; r < n; r++) {
      const top = argmax(this.#raw, r * ld, outputs);
      this.#label[first + r] = top;
      score[first + r] = this.#raw[r * ld + top];
      sum += score[first + r];
      for (let c = 0; c < outputs; c++) {
        all[(first + r) * outputs + c] = this.#raw[r * ld + c];
        direction[r * ld + c] = Number(c === top) - 1 / outputs;
      }
    }
    return sum;
  }

  regression(_z: number, first: number, n: number): number {
    const { scale, mean } = this.target;
    const { score, all, direction } = this.#views;
    let sum = 0;
    for (let r = 0; r < n; r++) {
      score[first + r] = this.#raw[r] * scale + mean;
      all[first + r] = score[first + r];
      sum += score[first + r];
    }
    direction.fill(scale);
    return sum;
  }
}

/** @returns the addresses of the shard's ArrowArrays, one a target */
export function score(kernels: Kernels, memory: WebAssembly.Memory, args: ScoreArgs, control: Control): number[] {
  const pass = new ScorePass(kernels, memory, args);
  pass.run(args.rows, control);
  return pass.arrow();
}

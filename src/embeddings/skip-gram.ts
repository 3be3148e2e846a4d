/**
 * Learns a vector of each token from sentences of token numbers, on all workers: the formulas stand in assembly/skip-gram.ts, the schedule in
 * programs/skip-gram/skip-gram.ts. Here is what comes before and after: the text cut into slices and laid out in linear memory, and the
 * vectors taken out again.
 */
import type { Engine } from '../engine/engine.js';
import { runGang } from '../engine/gang.js';
import { errors } from '../errors.js';
import { pow } from '../math.js';
import { WEIGHTS, within } from '../part.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import { type SkipGramResult, SLICES, skipGramScratch } from '../programs/skip-gram/skip-gram.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { place } from '../wasm/memory.js';

/** Stream of the generator for the vectors' start. */
const STREAM = 0x75000002;
/** Blocks to a side at most, and tokens of a group at least: among fewer, what is sampled would nearly always be the same. */
const BLOCKS = 8;
const GROUP = 32;
/** Pairs that a slice may become, at most; it has no more tokens than can. */
const PAIRS = 1 << 17;
/** Rounds of an epoch, of a text that is long enough: in each the groups are dealt anew. */
const ROUNDS = 64;
/** Tokens of a slice that are worth a message. */
const LEAST = 256;

export interface SkipGramSettings {
  vectorSize: number;
  window: number;
  shrinkWindows: boolean;
  negative: number;
  sample: number;
  nsExponent: number;
  epochs: number;
  alpha: number;
  minAlpha: number;
  seed: number;
}

/** Sentences one behind the other, with −1 behind each, and how often each token is there. */
export interface TokenText {
  tokens: Int32Array;
  counts: Float64Array;
}

/** Where slices begin, and where the last ends: at sentences, and within one that is longer than a slice. */
export function slicesOf(tokens: Int32Array, most: number): number[] {
  const starts = [0];
  let [start, sentence] = [0, 0];
  for (let t = 0; t < tokens.length; t++) {
    if (t - start === most) {
      start = sentence > start ? sentence : t;
      starts.push(start);
    }
    if (tokens[t] < 0) sentence = t + 1;
  }
  if (tokens.length > start) starts.push(tokens.length);
  return starts;
}

/**
 * u32: of 2³², how often each token is kept. With f its share of the text and s the option `sample`, (√(f / s) + 1) · s / f, as in word2vec.c.
 */
export function keepOf(counts: Float64Array, sample: number): Uint32Array {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return Uint32Array.from(counts, (n) => {
    const most = sample * total;
    const share = sample === 0 ? 1 : ((Math.sqrt(n / most) + 1) * most) / n;
    return share >= 1 ? 0xffffffff : Math.floor(share * 2 ** 32);
  });
}

/** u32: count^exponent in units such that all of them together are below 2³². */
export function weightsOf(counts: Float64Array, exponent: number): Uint32Array {
  const shares = counts.map((n) => (n > 0 ? pow(n, exponent) : 0));
  const total = shares.reduce((sum, x) => sum + x, 0) || 1;
  return Uint32Array.from(shares, (x) => Math.max(1, Math.round((x / total) * 2 ** 31)));
}

/** f32[tokens, k] to begin with: uniform within ± ½ over k. */
function startVectors(
  engine: Engine,
  at: { input: number; output: number },
  size: number,
  k: number,
  ld: number,
  seed: number,
) {
  using drawn = engine.allocate(size * k * 4 + 16);
  engine.kernels.random_uniform(drawn.offset, size * k, -0.5 / k, 1 / k, seed, STREAM);
  const fresh = engine.f32(drawn.offset, size * k);
  const input = engine.f32(at.input, size * ld).fill(0);
  for (let r = 0; r < size; r++) input.set(fresh.subarray(r * k, (r + 1) * k), r * ld);
  engine.f32(at.output, size * ld).fill(0);
}

/**
 * @returns f32[tokens, vectorSize], and the mean loss of each epoch
 * @throws CameoError 'diverged', 'aborted', 'memory'
 */
export async function learnVectors(
  engine: Engine,
  { tokens, counts }: TokenText,
  settings: SkipGramSettings,
  run: RunOptions,
): Promise<{ vectors: Float32Array } & SkipGramResult> {
  const { vectorSize: k, window, negative, sample, nsExponent, ...rest } = settings;
  const size = counts.length;
  const blocks = Math.max(1, Math.min(BLOCKS, Math.floor(size / GROUP)));
  // Rows begin at cache lines, which no two workers share.
  const [ld, columns] = [16 * Math.ceil(k / 16), 4 * Math.ceil(k / 4)];
  const fits = Math.max(1, Math.floor(PAIRS / (2 * window)));
  const slices = slicesOf(tokens, Math.min(fits, Math.max(LEAST, Math.ceil(tokens.length / (ROUNDS * SLICES)))));
  const longest = slices.reduce((most, end, s) => Math.max(most, s > 0 ? end - slices[s - 1] : 0), 0);
  const capacity = longest * Math.min(2 * window, longest) + 16;
  const scratchBytes = skipGramScratch(longest, negative);
  const [keep, weights] = [keepOf(counts, sample), weightsOf(counts, nsExponent)];
  const { at, region } = place(engine, (layout) => ({
    input: layout.take(size * ld * 4),
    output: layout.take(size * ld * 4),
    tokens: layout.put(tokens),
    keep: layout.put(keep),
    weights: layout.put(weights),
    group: layout.take(size * 4),
    members: layout.take(size * 4),
    cumulative: layout.take(size * 4),
    centers: layout.take(SLICES * capacity * 4),
    contexts: layout.take(SLICES * capacity * 4),
    starts: layout.take(SLICES * (blocks * blocks + 2) * 4),
    scratch: layout.take(Math.max(1, engine.scheduler.threads) * scratchBytes),
    losses: layout.take(blocks * blocks * 8),
    sync: layout.take(BARRIER_BYTES),
  }));
  using _ = region;
  const args = { ...rest, ...at, window, negative, slices, size, blocks, ld, columns, capacity, scratchBytes };
  const start = () => startVectors(engine, at, size, k, ld, settings.seed);
  const { lossCurve } = (await runGang(engine, 'skipGram', args, start, run)) as SkipGramResult;
  const rows = engine.f32(at.input, size * ld);
  const vectors = new Float32Array(size * k);
  for (let r = 0; r < size; r++) vectors.set(rows.subarray(r * ld, r * ld + k), r * k);
  if (!within(vectors, WEIGHTS)) throw errors.diverged(lossCurve.length, settings.alpha, 'a vector');
  return { vectors, lossCurve };
}

/** The scalar reference of factorization, in float64: the steps of assembly/factorize.ts on one block, and the whole program. */
import { partners } from '../../src/programs/factorization/factorize.js';

export type Loss = 'squared' | 'logistic' | 'bpr' | 'softmax';

/** Changed in place. */
export interface Factors {
  p: number[][];
  q: number[][];
  bu: number[];
  bi: number[];
  squaresU: number[];
  squaresI: number[];
}
export interface How {
  loss: Loss;
  adagrad: boolean;
  /** what the mean of squares is taken over */
  ld: number;
  mean: number;
  rate: number;
  l2: number;
  l2b: number;
  biases: boolean;
  samples: number;
  /** λ of each user's and each item's row in place of l2 */
  penalties?: number[][];
}
export interface Entries {
  us: number[];
  is: number[];
  values: number[];
  weights: number[];
  bits: number[];
  /** the items that are sampled from */
  others: number[];
  /** each user's items */
  seen: number[][];
}

const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const dot = (x: number[], y: number[]) => x.reduce((s, v, j) => s + v * y[j], 0);

/** Steps on the entries in order; returns the loss before them. */
export function steps({ p, q, bu, bi, squaresU, squaresI }: Factors, how: How, entries: Entries): number {
  const { loss, adagrad, ld, mean, rate, l2, l2b, biases, samples } = how;
  const [ofUser, ofItem] = [0, 1].map((side) => (row: number) => how.penalties?.[side][row] ?? l2);
  const { us, is, values, weights, bits, others, seen } = entries;
  let sum = 0;
  // Moves a row along its gradient at the row's rate, which AdaGrad divides by the root of the squares so far.
  const along = (row: number[], g: number[], squares: number[], at: number) => {
    const own = adagrad ? rate / Math.sqrt(squares[at]) : rate;
    squares[at] += g.reduce((s, v) => s + v * v, 0) / ld;
    return { row: row.map((v, j) => v + own * g[j]), own };
  };
  const gradient = (of: number[], by: number[], e: number, penalty: number) => of.map((v, j) => e * by[j] - penalty * v);
  const move = (u: number, i: number, e: number) => {
    const a = along(p[u], gradient(p[u], q[i], e, ofUser(u)), squaresU, u);
    const c = along(q[i], gradient(q[i], p[u], e, ofItem(i)), squaresI, i);
    p[u] = a.row;
    q[i] = c.row;
    if (!biases) return;
    bu[u] += a.own * (e - l2b * bu[u]);
    bi[i] += c.own * (e - l2b * bi[i]);
  };
  // One step along the sum of several items' gradients; an item that stands twice moves twice.
  const moveTogether = (u: number, items: number[], errors: number[], m = items.length) => {
    const before = p[u];
    p[u] = before.map((v) => v - rate * ofUser(u) * m * v);
    items.forEach((item, k) => {
      p[u] = p[u].map((v, j) => v + rate * errors[k] * q[item][j]);
      q[item] = q[item].map((v, j) => v + rate * (errors[k] * before[j] - ofItem(item) * v));
      bi[item] += rate * (errors[k] - l2b * bi[item]);
    });
    bu[u] += rate * (errors.reduce((s, e) => s + e, 0) - m * l2b * bu[u]);
  };
  for (let t = 0; t < us.length; t++) {
    const [u, i, weight] = [us[t], is[t], weights[t]];
    const drawn = (place: number) => others[Math.floor((bits[place] / 2 ** 32) * others.length)];
    if (loss === 'squared') {
      const e = values[t] - (mean + bu[u] + bi[i] + dot(p[u], q[i]));
      sum += weight * e * e;
      move(u, i, weight * e);
    } else if (loss === 'logistic') {
      const x = bu[u] + bi[i] + dot(p[u], q[i]);
      sum += weight * Math.log1p(Math.exp(-x));
      move(u, i, weight * (1 - sigma(x)));
      for (let first = 0; first < samples; first += 4) {
        const places = Array.from({ length: Math.min(4, samples - first) }, (_, k) => t * samples + first + k);
        const negatives = places.map(drawn).filter((item) => !seen[u].includes(item));
        const errors = negatives.map((item) => -weight * sigma(bu[u] + bi[item] + dot(p[u], q[item])));
        if (adagrad) negatives.forEach((item, k) => move(u, item, errors[k]));
        else moveTogether(u, negatives, errors);
      }
    } else if (loss === 'softmax') {
      const places = Array.from({ length: samples }, (_, k) => t * samples + k);
      const all = [i, ...places.map(drawn).filter((item) => !seen[u].includes(item))];
      if (all.length === 1) continue;
      const odds = all.map((item) => Math.exp(bi[item] + dot(p[u], q[item])));
      const whole = odds.reduce((s, x) => s + x, 0);
      sum -= weight * Math.log(odds[0] / whole);
      const errors = odds.map((x, k) => weight * (Number(k === 0) - x / whole));
      const bias = bu[u];
      if (adagrad) all.forEach((item, k) => move(u, item, errors[k]));
      else moveTogether(u, all, errors, 1);
      bu[u] = bias;
    } else {
      const other = drawn(t);
      if (seen[u].includes(other)) continue;
      const x = bi[i] - bi[other] + dot(p[u], q[i]) - dot(p[u], q[other]);
      sum += weight * Math.log1p(Math.exp(-x));
      const e = weight * sigma(-x);
      const difference = q[i].map((v, j) => v - q[other][j]);
      const [gu, gi, gj] = [
        gradient(p[u], difference, e, ofUser(u)),
        gradient(q[i], p[u], e, ofItem(i)),
        gradient(q[other], p[u], -e, ofItem(other)),
      ];
      const [mine, first, second] = [
        along(p[u], gu, squaresU, u),
        along(q[i], gi, squaresI, i),
        along(q[other], gj, squaresI, other),
      ];
      [p[u], q[i], q[other]] = [mine.row, first.row, second.row];
      bi[i] += first.own * (e - l2b * bi[i]);
      bi[other] += second.own * (-e - l2b * bi[other]);
    }
  }
  return sum;
}

/** The first n numbers of a stream of Philox4x32-10 (Salmon et al., 2011), by BigInt. */
export function randomBits(n: number, seed: number, stream: number): number[] {
  const mask = 0xffffffffn;
  const out: number[] = [];
  for (let block = 0; out.length < n; block++) {
    let c = [BigInt(block), BigInt(stream >>> 0), 0n, 0n];
    let [k0, k1] = [BigInt(seed), 0n];
    for (let round = 0; round < 10; round++) {
      const [a, b] = [0xd2511f53n * c[0], 0xcd9e8d57n * c[2]];
      c = [(b >> 32n) ^ c[1] ^ k0, b & mask, (a >> 32n) ^ c[3] ^ k1, a & mask];
      [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
    }
    out.push(...c.map(Number));
  }
  return out.slice(0, n);
}

/** Epochs over blocks in the order of programs/factorize.ts; `starts` as there. Returns the mean loss of each epoch. */
export function epochs(
  factors: Factors,
  how: How,
  all: Omit<Entries, 'bits' | 'others'>,
  { blocks, starts, count, seed }: { blocks: number; starts: number[]; count: number; seed: number },
): number[] {
  const samples = how.loss === 'bpr' ? 1 : how.samples;
  const compares = how.loss === 'bpr' || how.loss === 'softmax';
  const run = (block: number, other: number, epoch: number): number => {
    const [from, end] = [starts[block], starts[block + 1]];
    const source = starts[other + 1] > starts[other] ? other : block;
    const cut = (list: number[]) => list.slice(from, end);
    const both = other === block ? [] : all.is.slice(starts[other], starts[other + 1]);
    return steps(factors, how, {
      us: cut(all.us),
      is: cut(all.is),
      values: cut(all.values),
      weights: cut(all.weights),
      bits: how.loss === 'squared' ? [] : randomBits((end - from) * samples, seed, epoch * blocks * blocks + block),
      others:
        how.loss === 'bpr' ? all.is.slice(starts[source], starts[source + 1]) : [...cut(all.is), ...(compares ? both : [])],
      seen: all.seen,
    });
  };
  return Array.from({ length: count }, (_, e) => {
    const epoch = e + 1;
    const partner = partners(blocks, e % blocks);
    let sum = 0;
    for (let step = 0; step < blocks; step++) {
      for (let row = 0; row < blocks; row++) {
        if (!compares) {
          const block = row * blocks + ((row + ((step + epoch) % blocks)) % blocks);
          sum += run(block, block, epoch);
          continue;
        }
        if (partner[row] < row) continue;
        const users = ((row + step) % blocks) * blocks;
        sum += run(users + row, users + partner[row], epoch);
        if (partner[row] !== row) sum += run(users + partner[row], users + row, epoch);
      }
    }
    return sum / starts[blocks * blocks];
  });
}

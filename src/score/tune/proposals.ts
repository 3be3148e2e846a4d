/**
 * What to try next: anything, or what looks like the good ones so far and unlike the others (the tree-structured Parzen estimator of
 * Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization", 2011). The tree has two levels: a family, and its options.
 *
 * Of the points that were tried, the 15 % with the least loss are the good ones (as in BOHB, Falkner, Klein and Hutter, 2018). The density l of the good ones and g of the others are
 * products over dimensions:
 *
 *     one of k choices   (1 + how often it was) / (k + n)
 *     a number           (1 + Σ over the points K((x − xᵢ) / hᵢ) / hᵢ) / (1 + n), on 0 … 1
 *
 * where hᵢ is the greater distance to a neighbour, and K the density of the logistic distribution cut off at both ends, which is nearly the
 * normal one and has an inverse without a series. Of some points drawn from l, the one with the greatest l / g is tried.
 */
import { exp, log } from '../../math.js';
import { drawer } from '../../random.js';
import { type Dimension, dimensions, type Point, type Space } from './space.js';

export interface Observation {
  readonly point: Point;
  /** less is better; infinity where it failed */
  readonly loss: number;
}

/** Streams of the generator: one for each proposal. */
const STREAM = 0x75000000;
const GOOD_SHARE = 0.15;
/** Points that are drawn from the good ones' density. */
const DRAWN = 24;
/** Observations below which anything is tried, and how often it is later on: every so many proposals. */
export const LEAST_OBSERVED = 10;
const ANYTHING = 4;
/** A logistic distribution of scale 1 has the deviation π / √3. */
const SCALE = Math.sqrt(3) / Math.PI;

/** Numbers between 0 and 1, neither included, of one proposal. */
export type Draw = () => number;
export function drawOf(seed: number, proposal: number): Draw {
  const draw = drawer(seed, STREAM + proposal);
  return () => (draw(0x1000000) + 0.5) / 0x1000000;
}

export function randomPoint(space: Space, draw: Draw): Point {
  const names = Object.keys(space.families);
  const family = names[Math.floor(draw() * names.length)];
  return { family, at: dimensions(space, family).map(() => draw()) };
}

/**
 * The next points to try, best first: a caller takes the first that it has not tried yet.
 * @param number of the proposal
 */
export function propose(space: Space, observations: readonly Observation[], number: number, seed: number): Point[] {
  const draw = drawOf(seed, number);
  if (observations.length < LEAST_OBSERVED || number % ANYTHING === 0) {
    return Array.from({ length: DRAWN }, () => randomPoint(space, draw));
  }
  return likely(space, observations, draw);
}

/** Points that are drawn from the density of the good ones, by how much likelier they are there than among the others. */
export function likely(space: Space, observations: readonly Observation[], draw: Draw): Point[] {
  const order = observations.map((_, i) => i).sort((a, b) => compare(observations[a].loss, observations[b].loss) || a - b);
  const many = Math.ceil(GOOD_SHARE * order.length);
  const points = (some: readonly number[]) => some.map((i) => observations[i].point);
  const [good, others] = [points(order.slice(0, many)), points(order.slice(many))];
  const names = Object.keys(space.families);
  const familyOf = (some: readonly Point[]) =>
    new Choices(
      names.length,
      some.map(({ family }) => names.indexOf(family)),
    );
  const [l, g] = [familyOf(good), familyOf(others)];
  const drawn = Array.from({ length: DRAWN }, () => {
    const f = l.draw(draw);
    const family = names[f];
    let gain = log(l.density(f)) - log(g.density(f));
    const at = dimensions(space, family).map((dimension, d) => {
      // What is shared tells of every family, an option of its own alone.
      const own = (some: readonly Point[]) =>
        some
          .filter((point) => d < space.shared.length || point.family === family)
          .map((point) => point.at[d])
          .filter((place) => place !== undefined);
      const [near, far] = [densityOf(dimension, own(good)), densityOf(dimension, own(others))];
      const place = near.draw(draw);
      gain += log(near.density(place)) - log(far.density(place));
      return place;
    });
    return { point: { family, at }, gain };
  });
  return drawn.sort((a, b) => b.gain - a.gain).map(({ point }) => point);
}

const compare = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);

interface Density {
  density(at: number): number;
  draw(draw: Draw): number;
}

function densityOf(dimension: Dimension, places: readonly number[]): Density {
  if (!('choices' in dimension)) return new Parzen(places);
  const many = dimension.choices.length;
  const indexOf = (at: number) => Math.min(many - 1, Math.floor(at * many));
  const choices = new Choices(many, places.map(indexOf));
  return { density: (at) => choices.density(indexOf(at)), draw: (draw) => (choices.draw(draw) + 0.5) / many };
}

/** How likely each of some choices is. */
class Choices {
  readonly #counts: Float64Array;
  readonly #sum: number;

  constructor(many: number, seen: readonly number[]) {
    this.#counts = new Float64Array(many).fill(1);
    // A family that is no part of the space is no choice.
    const known = seen.filter((choice) => choice >= 0);
    for (const choice of known) this.#counts[choice]++;
    this.#sum = many + known.length;
  }

  density(choice: number): number {
    return this.#counts[choice] / this.#sum;
  }

  draw(draw: Draw): number {
    let left = draw() * this.#sum;
    for (let choice = 0; choice < this.#counts.length; choice++) {
      left -= this.#counts[choice];
      if (left < 0) return choice;
    }
    return this.#counts.length - 1;
  }
}

/** Logistic kernels on 0 … 1 around points, and one even density. */
class Parzen implements Density {
  readonly #kernels: { at: number; scale: number; low: number; mass: number }[];

  constructor(points: readonly number[]) {
    const sorted = [...points].sort((a, b) => a - b);
    const least = 1 / (1 + Math.min(100, sorted.length));
    this.#kernels = sorted.map((at, i) => {
      const distance = Math.max(at - (sorted[i - 1] ?? 0), (sorted[i + 1] ?? 1) - at);
      const scale = Math.min(1, Math.max(least, distance)) * SCALE;
      const low = logistic(-at / scale);
      return { at, scale, low, mass: logistic((1 - at) / scale) - low };
    });
  }

  density(x: number): number {
    let sum = 1;
    for (const { at, scale, mass } of this.#kernels) {
      const p = logistic((x - at) / scale);
      sum += (p * (1 - p)) / (scale * mass);
    }
    return sum / (1 + this.#kernels.length);
  }

  draw(draw: Draw): number {
    const kernel = this.#kernels[Math.floor(draw() * (1 + this.#kernels.length))];
    const u = draw();
    if (!kernel) return u;
    const p = kernel.low + u * kernel.mass;
    return Math.min(1 - 2 ** -32, Math.max(0, kernel.at + kernel.scale * log(p / (1 - p))));
  }
}

const logistic = (x: number) => 1 / (1 + exp(-x));

/**
 * Exact inference in a junction tree, for as many users as there are lanes (Jensen, Lauritzen and Olesen 1990).
 *
 *     observe      a variable's evidence is a table over its states: 1 at the state that was seen, 0 elsewhere; all 1 where none was
 *     collect      from the leaves to the root: a clique's potential is its base times its evidence times what its children send, and it
 *                  sends its parent the sum over what the parent does not hold; the root's is then the joint distribution of its variables
 *     distribute   from the root to the leaves: a clique is multiplied by what its parent holds now over what it had sent itself
 *
 * A message is divided by its sum, whose logarithms add up to that of the evidence's probability; so nothing becomes too small for a float64.
 * With the largest instead of sums, `collect` finds the likeliest states of all variables.
 */
import { log } from '../../math.js';
import type { Kernels } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { Target, TreePlan } from './tree-plan.js';

/** The code of a value that was not observed. */
export const UNKNOWN = 0xffff;
/** Tables that are multiplied before a potential is divided by its sum. */
const FACTORS = 8;

/** A clique on the way from the root: the separator to its parent, −1 for the root, and the indexes of both sides. */
export interface Step {
  readonly clique: number;
  readonly parent: number;
  readonly separator: number;
  readonly own: number;
  readonly parents: number;
}

/** Bytes that a propagation alone needs. */
export function propagationScratch(kernels: Kernels, plan: TreePlan): number {
  const layout = new Layout(0);
  new Propagation(kernels, undefined, plan, 0, layout);
  return layout.bytes;
}

export class Propagation {
  /** cliques from the root on, each after its parent */
  readonly steps: readonly Step[];
  readonly potentials: readonly number[];
  /** f64[lanes]: the logarithm of the probability of all that was observed, after a `collect` that was asked for it */
  readonly logs: Float64Array;
  #logged = false;
  readonly #messages: readonly number[];
  readonly #evidence: readonly number[];
  readonly #rough: readonly number[];
  /** whether a variable was observed in some lane */
  readonly #observed: boolean[];
  readonly #children: readonly Step[][];
  readonly #variables: readonly number[][];
  readonly #totals: number;
  readonly #scratch: number;

  /** @param memory absent where only the size of the buffers is asked for */
  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory | undefined,
    private readonly plan: TreePlan,
    root: number,
    layout: Layout,
  ) {
    const { lanes, cliques, separators, variables } = plan;
    const room = ({ cells }: { cells: number }) => layout.take(cells * lanes * 8);
    this.potentials = cliques.map(room);
    this.#messages = separators.map(room);
    this.#evidence = variables.map(room);
    this.#rough = plan.rough.map(room);
    this.#scratch = room({ cells: separators.reduce((most, { cells }) => Math.max(most, cells), 1) });
    this.#totals = layout.take(lanes * 8);
    this.logs = new Float64Array(lanes);
    this.#observed = variables.map(() => false);
    this.steps = stepsFrom(root, plan);
    this.#children = cliques.map((_, c) => this.steps.filter(({ parent }) => parent === c));
    this.#variables = cliques.map((_, c) => [...variables.keys()].filter((v) => variables[v].clique === c));
  }

  /**
   * Evidence of a variable.
   * @param codes its states, one a lane from `first` on, UNKNOWN for none; lanes behind the last have none
   */
  observe(variable: number, codes: Uint16Array, first: number, count: number): void {
    const { lanes, variables } = this.plan;
    const { cells } = variables[variable];
    const table = this.#f64(this.#evidence[variable], cells * lanes).fill(1);
    this.#observed[variable] = false;
    for (let lane = 0; lane < count; lane++) {
      const code = codes[first + lane];
      if (code === UNKNOWN) continue;
      this.#observed[variable] = true;
      for (let s = 0; s < cells; s++) table[s * lanes + lane] = Number(s === code);
    }
  }

  /** Takes back the evidence of a variable in all lanes. */
  withdraw(variable: number): void {
    this.#observed[variable] = false;
  }

  /** After all evidence: of the rough variables, in the lanes where nothing that is known or asked for depends on them, rows that sum to 1. */
  settle(asked: readonly number[], columns: readonly Uint16Array[], first: number, count: number): void {
    const { lanes, rough } = this.plan;
    rough.forEach(({ cells, scale, below }, i) => {
      const factors = this.#f64(scale, cells);
      const table = this.#f64(this.#rough[i], cells * lanes).fill(1);
      if (below.some((v) => asked.includes(v))) return;
      for (let lane = 0; lane < count; lane++) {
        if (below.some((v) => columns[v][first + lane] !== UNKNOWN)) continue;
        for (let cell = 0; cell < cells; cell++) table[cell * lanes + lane] = factors[cell];
      }
    });
  }

  isObserved(variable: number): boolean {
    return this.#observed[variable];
  }

  /**
   * @param logged whether `logs` are asked for
   * @param changed of each clique whether it, or one below it, has other evidence than in the call before; default: all have
   */
  collect(
    operation: 'sum' | 'max' = 'sum',
    { logged = false, changed }: { logged?: boolean; changed?: Uint8Array } = {},
  ): void {
    this.#logged = logged;
    this.logs.fill(0);
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const step = this.steps[i];
      if (!changed || changed[step.clique]) this.#gather(step, operation);
    }
  }

  /** After `collect`: the first lane below `count` whose evidence has probability 0, −1 where there is none. */
  impossible(count: number): number {
    // The root was divided last.
    return this.#f64(this.#totals, count).indexOf(0);
  }

  #gather({ clique, separator, own }: Step, operation: 'sum' | 'max'): void {
    const { kernels, plan } = this;
    const { lanes, separators, variables } = plan;
    const { base, cells } = plan.cliques[clique];
    const potential = this.potentials[clique];
    kernels.potential_spread(potential, base, cells, lanes);
    let factors = 0;
    const multiply = (message: number, index: number) => {
      kernels.potential_multiply(potential, message, index, cells, lanes);
      if (++factors % FACTORS === 0) this.#normalize(potential, cells);
    };
    for (const v of this.#variables[clique]) if (this.#observed[v]) multiply(this.#evidence[v], variables[v].index);
    plan.rough.forEach((rough, i) => {
      if (rough.clique === clique) multiply(this.#rough[i], rough.index);
    });
    for (const child of this.#children[clique]) multiply(this.#messages[child.separator], child.parents);
    if (separator < 0) {
      this.#normalize(potential, cells);
      return;
    }
    const m = separators[separator].cells;
    const message = this.#messages[separator];
    if (operation === 'sum') kernels.potential_sum(message, potential, own, cells, m, lanes);
    else kernels.potential_max(message, potential, own, cells, m, lanes);
    this.#normalize(message, m);
  }

  /** Divides by the sum, and adds its logarithm to `logs`. */
  #normalize(potential: number, cells: number): void {
    const { lanes } = this.plan;
    this.kernels.potential_normalize(potential, this.#totals, cells, lanes);
    if (!this.#logged) return;
    const totals = this.#f64(this.#totals, lanes);
    for (let lane = 0; lane < lanes; lane++) {
      const total = totals[lane];
      this.logs[lane] += total > 0 ? log(total) : Number.NEGATIVE_INFINITY;
    }
  }

  /** After `collect`: every clique's potential becomes the joint distribution of its variables and the evidence. */
  distribute(): void {
    const { kernels, plan } = this;
    const { lanes, cliques, separators } = plan;
    for (const { clique, parent, separator, own, parents } of this.steps) {
      if (separator < 0) continue;
      const { cells } = separators[separator];
      kernels.potential_sum(this.#scratch, this.potentials[parent], parents, cliques[parent].cells, cells, lanes);
      kernels.potential_divide(this.#scratch, this.#messages[separator], cells, lanes);
      kernels.potential_multiply(this.potentials[clique], this.#scratch, own, cliques[clique].cells, lanes);
    }
  }

  /** out f64[cells, lanes] = the distribution of a target in the clique, which has been collected to or distributed from; 0 in impossible lanes */
  marginal(out: number, { clique, index, cells }: Target): void {
    const { lanes, cliques } = this.plan;
    this.kernels.potential_sum(out, this.potentials[clique], index, cliques[clique].cells, cells, lanes);
    this.kernels.potential_normalize(out, this.#totals, cells, lanes);
  }

  /** counts of each clique f64[cells] += the distributions of its variables by weights [lanes]; after `distribute` */
  expect(counts: readonly number[], weights: ArrayLike<number>): void {
    const { lanes, cliques } = this.plan;
    cliques.forEach(({ cells }, c) => {
      this.kernels.potential_normalize(this.potentials[c], this.#totals, cells, lanes);
      this.#f64(this.#totals, lanes).set(weights);
      this.kernels.potential_expect(counts[c], this.potentials[c], this.#totals, cells, lanes);
    });
  }

  #f64(at: number, length: number): Float64Array {
    return new Float64Array((this.memory as WebAssembly.Memory).buffer, at, length);
  }
}

/** The cliques of a tree from a root on, each after its parent. */
export function stepsFrom(root: number, { separators }: Pick<TreePlan, 'separators'>): Step[] {
  const steps: Step[] = [{ clique: root, parent: -1, separator: -1, own: 0, parents: 0 }];
  for (let i = 0; i < steps.length; i++) {
    const { clique, separator: before } = steps[i];
    separators.forEach(({ a, b, indexA, indexB }, separator) => {
      if (separator === before) return;
      if (a === clique) steps.push({ clique: b, parent: a, separator, own: indexB, parents: indexA });
      else if (b === clique) steps.push({ clique: a, parent: b, separator, own: indexA, parents: indexB });
    });
  }
  return steps;
}

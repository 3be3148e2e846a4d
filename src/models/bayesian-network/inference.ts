/** Exact inference in a network for any number of users: shards of their evidence over the workers, asked in junction trees that are made once. */
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { type Codes, missingCode } from '../../programs/bayesian-network/coded-columns.js';
import { indexOf, junctionTree } from '../../programs/bayesian-network/junction-tree.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import { propagationScratch, UNKNOWN } from '../../programs/bayesian-network/propagation.js';
import { queryScratch } from '../../programs/bayesian-network/query.js';
import {
  basesOf,
  placeTree,
  roughOf,
  type Target,
  type TreePlan,
  treeIndexes,
} from '../../programs/bayesian-network/tree-plan.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { Layout, place, type Region } from '../../wasm/memory.js';

/** Rows in a shard. */
export const SHARD = 1024;
/** Bytes from one variable's codes to the next. */
export const PITCH = SHARD;

/** What is known of each row. */
export interface Known {
  readonly rows: number;
  /** of each variable its states [rows], the missing code where nothing was observed; undefined where that is so in every row */
  readonly codes: readonly (Codes | undefined)[];
}

/** A tree in linear memory. */
interface Placed {
  plan: TreePlan;
  /** the variables that were asked to stand together */
  target: Target;
  region: Region;
}

export class Inference implements Disposable {
  readonly #trees = new Map<string, Placed>();

  constructor(
    private readonly engine: Engine,
    private readonly network: DiscreteNetwork,
  ) {}

  dispose(): void {
    for (const { region } of this.#trees.values()) region.dispose();
    this.#trees.clear();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * The distribution of each variable by itself.
   * @returns of each f64[rows, states]
   * @throws CameoError 'data' for evidence of probability 0, naming the row; 'memory' for a tree that does not fit, with its size
   */
  async marginals(variables: readonly number[], known: Known, run: RunOptions): Promise<Float64Array[]> {
    const { plan } = this.#tree([]);
    const targets = (asked: readonly number[]) => asked.map((v) => plan.variables[v]);
    if (plan.rough.length === 0) return (await this.#query(plan, targets(variables), variables, false, known, run)).targets;
    // What may be left out depends on what is asked for.
    const found: Float64Array[] = [];
    for (const v of variables) found.push((await this.#query(plan, targets([v]), [v], false, known, run)).targets[0]);
    return found;
  }

  /**
   * The joint distribution of some variables.
   * @returns f64[rows, combinations of their states], the last variable fastest
   * @throws as `marginals`
   */
  async joint(variables: readonly number[], known: Known, run: RunOptions): Promise<Float64Array> {
    if (variables.length === 1) return (await this.marginals(variables, known, run))[0];
    const { plan, target } = this.#tree(variables);
    return (await this.#query(plan, [target], variables, false, known, run)).targets[0];
  }

  /** f64[rows]: the logarithm of the probability of what is known of each row; −∞ where it is 0. */
  async logLikelihood(known: Known, run: RunOptions): Promise<Float64Array> {
    const { plan } = this.#tree([]);
    return (await this.#query(plan, [], [], true, known, run)).logs;
  }

  /**
   * The likeliest states of all variables together.
   * @returns of each u16[rows]
   * @throws as `marginals`
   */
  async likeliest(known: Known, run: RunOptions): Promise<Uint16Array[]> {
    const { engine } = this;
    const { plan } = this.#tree([]);
    const n = plan.variables.length;
    const layout = new Layout(0);
    const own = {
      codes: layout.take(n * PITCH * 2),
      out: layout.take(n * PITCH * 2),
      scratch: layout.take(propagationScratch(engine.kernels, plan)),
    };
    const states = Array.from({ length: n }, () => new Uint16Array(known.rows));
    const results = engine.map(
      'likeliestStates',
      shardsOf(known.rows),
      ({ first, rows }, slot) => {
        fillCodes(engine, slot + own.codes, known, first, rows);
        return { plan, codes: slot + own.codes, pitch: PITCH, rows, out: slot + own.out, scratch: slot + own.scratch };
      },
      { ...run, slotBytes: layout.bytes },
    );
    let first = 0;
    for await (const { value, slot } of results) {
      if (value >= 0) throw errors.impossible(first + value);
      const rows = Math.min(SHARD, known.rows - first);
      for (let v = 0; v < n; v++)
        states[v].set(new Uint16Array(engine.memory.buffer, slot + own.out + v * PITCH * 2, rows), first);
      first += rows;
    }
    return states;
  }

  async #query(
    plan: TreePlan,
    targets: readonly Target[],
    asked: readonly number[],
    logs: boolean,
    known: Known,
    run: RunOptions,
  ): Promise<{ targets: Float64Array[]; logs: Float64Array }> {
    const { engine } = this;
    const width = targets.reduce((sum, { cells }) => sum + cells, 0);
    const layout = new Layout(0);
    const own = {
      codes: layout.take(plan.variables.length * PITCH * 2),
      out: layout.take(SHARD * width * 8),
      logs: layout.take(SHARD * 8),
      scratch: layout.take(queryScratch(engine.kernels, { plan, targets })),
    };
    const results = engine.map(
      'queryNetwork',
      shardsOf(known.rows),
      ({ first, rows }, slot) => {
        fillCodes(engine, slot + own.codes, known, first, rows);
        const at = { codes: slot + own.codes, out: slot + own.out, scratch: slot + own.scratch };
        return { ...at, plan, targets, asked, pitch: PITCH, rows, logs: logs ? slot + own.logs : 0 };
      },
      { ...run, slotBytes: layout.bytes },
    );
    const found = {
      targets: targets.map(({ cells }) => new Float64Array(known.rows * cells)),
      logs: new Float64Array(logs ? known.rows : 0),
    };
    let first = 0;
    for await (const { value, slot } of results) {
      if (value >= 0 && !logs) throw errors.impossible(first + value);
      const rows = Math.min(SHARD, known.rows - first);
      if (logs) found.logs.set(engine.f64(slot + own.logs, rows), first);
      let out = slot + own.out;
      targets.forEach(({ cells }, t) => {
        found.targets[t].set(engine.f64(out, rows * cells), first * cells);
        out += rows * cells * 8;
      });
      first += rows;
    }
    return found;
  }

  /** The tree in which some variables stand together, made when it is first asked for. */
  #tree(together: readonly number[]): Placed {
    const key = together.join();
    const there = this.#trees.get(key);
    if (there) return there;
    const { engine, network } = this;
    const sizes = network.states.map((own) => own.length);
    const { maximum } = engine.memoryStats();
    const tree = junctionTree({ parents: network.parents, sizes }, together, maximum, engine.scheduler.width);
    const indexes = treeIndexes(tree, network.parents);
    const bases = basesOf(indexes, network.tables);
    const rough = roughOf(tree, network);
    const joint = indexOf(tree.cliques[tree.together].variables, together, sizes);
    const cells = together.reduce((product, v) => product * sizes[v], 1);
    const { at, region } = place(engine, (layout) => ({
      plan: placeTree(layout, indexes, bases, rough),
      target: { clique: tree.together, index: layout.put(joint), cells },
    }));
    const placed = { ...at, region };
    this.#trees.set(key, placed);
    return placed;
  }
}

/** Rows in the shards of fixed size that they are cut into. */
export const shardsOf = (rows: number) =>
  Array.from({ length: Math.ceil(rows / SHARD) }, (_, i) => ({ first: i * SHARD, rows: Math.min(SHARD, rows - i * SHARD) }));

/** u16[variables, PITCH] at an address = the codes of a shard. */
export function fillCodes(engine: Engine, at: number, { codes }: Known, first: number, rows: number): void {
  codes.forEach((own, v) => {
    const to = new Uint16Array(engine.memory.buffer, at + v * PITCH * 2, rows);
    if (!own) {
      to.fill(UNKNOWN);
      return;
    }
    const missing = missingCode(own);
    for (let r = 0; r < rows; r++) {
      const code = own[first + r];
      to[r] = code === missing ? UNKNOWN : code;
    }
  });
}

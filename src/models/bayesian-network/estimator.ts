/**
 * Bayesian networks over the columns of a table: structure learnt or given, tables from data with or without missing values, and exact
 * answers about any variables given any others, for many users at a time.
 */
import { defaultEngine } from '../../engine/default.js';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { type CodedColumns, missingCode } from '../../programs/bayesian-network/coded-columns.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import type { Table } from '../../table/table.js';
import { readBif, writeBif } from './bif.js';
import { type Edge, edgeMask, parentsOf } from './edges.js';
import { type BayesianNetworkOptions, checkedOptions, type Settled } from './estimator-options.js';
import { expectationMaximization } from './expectation-maximization.js';
import { fitParameters } from './fit-parameters.js';
import { hillClimbSearch, TABU } from './hill-climb-search.js';
import { Inference } from './inference.js';
import { type SampleOptions, sample } from './sample.js';
import { codesOf, type EvidenceRows, knownOf, type StateColumn, stateColumn } from './state-columns.js';
import { chowLiu, treeAugmentedNaiveBayes } from './tree-search.js';

/** A distribution of some variables for each row of the evidence. */
export interface Distribution {
  readonly variables: readonly string[];
  /** of each variable */
  readonly states: readonly (readonly string[])[];
  readonly rows: number;
  /** f64[rows, combinations of the states], the last variable's state fastest; each row sums to 1 */
  readonly values: Float64Array;
}

export class BayesianNetwork implements Disposable {
  /** Passes of expectation maximization in the last fit; 0 where no value was missing. */
  nIter = 0;
  readonly #settled: Settled;
  #network: DiscreteNetwork | undefined;
  #columns: StateColumn[] = [];
  #inference: Inference | undefined;

  /** @throws CameoError 'argument' for an option that is not known, out of range, or not heeded by the structure */
  constructor(options: BayesianNetworkOptions = {}) {
    this.#settled = checkedOptions(options);
  }

  /** A network from the text of a BIF file. @throws CameoError 'file', with the line, for a text that is no network */
  static fromBif(text: string, options: Pick<BayesianNetworkOptions, 'engine'> = {}): BayesianNetwork {
    return BayesianNetwork.of(readBif(text), options);
  }

  /** A network as it is. */
  static of(network: DiscreteNetwork, options: Pick<BayesianNetworkOptions, 'engine'> = {}): BayesianNetwork {
    const made = new BayesianNetwork(options);
    made.#keep(
      network,
      network.names.map((name, i) => ({ name, states: network.states[i] })),
    );
    return made;
  }

  #keep(network: DiscreteNetwork, columns: StateColumn[]): void {
    this.dispose();
    this.#network = network;
    this.#columns = columns;
  }

  /**
   * Learns the network of a table: each column is a variable, numbers are binned by their quantiles.
   *
   * @param run `onProgress` hears moves and score of hill climbing, then passes and mean negative log-likelihood of a row where values are missing
   * @throws CameoError 'argument' for edges that contradict each other or make a cycle, and tables that would not fit; 'column' for a column
   *   with one value; 'memory' for a junction tree that does not fit; 'aborted'
   */
  async fit(table: Table, run: RunOptions = {}): Promise<this> {
    const engine = await this.#engine();
    if (table.rows === 0) throw errors.tableEmpty('The table');
    if (table.columns.length === 0) throw errors.shape('The table', 'at least one column', 'none');
    const columns = table.columns.map((column) => stateColumn(column, this.#settled.bins));
    const codes = table.columns.map((column, i) => codesOf(column, columns[i]));
    const names = columns.map(({ name }) => name);
    const data = { names, states: columns.map(({ states }) => states), rows: table.rows, codes };
    const parents = await this.#structure(engine, data, run);
    const { prior, em } = this.#settled;
    if (codes.some((own) => own.includes(missingCode(own)))) {
      const { network, iterations } = await expectationMaximization(engine, data, parents, { ...prior, ...em }, run);
      this.nIter = iterations;
      this.#keep(network, columns);
    } else {
      const network = await fitParameters(engine, data, parents, prior, { signal: run.signal });
      this.nIter = 0;
      this.#keep(network, columns);
    }
    return this;
  }

  async #structure(engine: Engine, data: CodedColumns, run: RunOptions): Promise<number[][]> {
    const { structure, target, root } = this.#settled;
    if (typeof structure !== 'string')
      return parentsOf(edgeMask('structure', structure as Edge[], data.names), data.names, "Option 'structure' has");
    if (structure === 'hill-climbing' || structure === 'tabu') {
      const { score, equivalentSampleSize, maxParents, requiredEdges, forbiddenEdges } = this.#settled;
      const { tabuLength = TABU.tabuLength, maxTabu = TABU.maxTabu } = this.#settled;
      const tabu = structure === 'tabu' ? { tabuLength, maxTabu } : { tabuLength: this.#settled.tabuLength };
      const search = { score, equivalentSampleSize, maxParents, requiredEdges, forbiddenEdges, ...tabu };
      return (await hillClimbSearch(engine, data, search, run)).parents;
    }
    if (structure === 'chow-liu') return chowLiu(engine, data, { root }, run);
    if (target === undefined) throw errors.option('target', 'the name of a column, which is the class', 'nothing');
    return treeAugmentedNaiveBayes(engine, data, target, { root }, run);
  }

  /** Variables, their states, parents and tables. @throws CameoError 'not-fitted' */
  get network(): DiscreteNetwork {
    if (!this.#network) throw errors.notFitted('BayesianNetwork');
    return this.#network;
  }

  /** Each edge: the names of the parent and of the child. */
  get edges(): [parent: string, child: string][] {
    const { names, parents } = this.network;
    return parents.flatMap((own, child) => own.map((p): [string, string] => [names[p], names[child]]));
  }

  /**
   * The joint distribution of one or a few variables given what is known.
   *
   * @param evidence of one user, of many, or of the rows of a table; default: nothing
   * @throws CameoError 'column' for a name or a state that is not known; 'data' for evidence of probability 0, naming the row; 'memory' for a
   *   junction tree that does not fit, with its size
   */
  async query(variables: string | readonly string[], evidence: EvidenceRows = {}, run: RunOptions = {}): Promise<Distribution> {
    const asked = this.#asked(variables);
    const known = knownOf(evidence, this.#columns);
    const values = await (await this.#ask()).joint(asked, known, run);
    return this.#distribution(asked, known.rows, values);
  }

  /** As `query`, the distribution of each variable by itself. @param variables default: all */
  async marginals(variables?: readonly string[], evidence: EvidenceRows = {}, run: RunOptions = {}): Promise<Distribution[]> {
    const asked = this.#asked(variables ?? this.network.names);
    const known = knownOf(evidence, this.#columns);
    const values = await (await this.#ask()).marginals(asked, known, run);
    return asked.map((v, i) => this.#distribution([v], known.rows, values[i]));
  }

  /**
   * The likeliest states together, given what is known, as `query`.
   *
   * @param options `variables`: those that are asked for, whatever the others are; default: all, those that are known as they are
   * @returns of each row a state of each variable, by its name
   */
  async map(
    evidence: EvidenceRows = {},
    { variables, ...run }: { variables?: string | readonly string[] } & RunOptions = {},
  ): Promise<Record<string, string>[]> {
    const { names, states } = this.network;
    const known = knownOf(evidence, this.#columns);
    if (variables === undefined) {
      const found = await (await this.#ask()).likeliest(known, run);
      return Array.from({ length: known.rows }, (_, r) =>
        Object.fromEntries(names.map((name, v) => [name, states[v][found[v][r]]])),
      );
    }
    const asked = this.#asked(variables);
    const values = await (await this.#ask()).joint(asked, known, run);
    const cells = values.length / Math.max(1, known.rows);
    return Array.from({ length: known.rows }, (_, r) => {
      const row = values.subarray(r * cells, (r + 1) * cells);
      let cell = row.indexOf(row.reduce((a, b) => Math.max(a, b)));
      const own: Record<string, string> = {};
      for (const v of [...asked].reverse()) {
        own[names[v]] = states[v][cell % states[v].length];
        cell = Math.floor(cell / states[v].length);
      }
      return own;
    });
  }

  /** f64[rows]: the logarithm of the probability of what is known of each row; −∞ where that is 0. */
  async logLikelihood(data: EvidenceRows, run: RunOptions = {}): Promise<Float64Array> {
    const inference = await this.#ask();
    return inference.logLikelihood(knownOf(data, this.#columns), run);
  }

  /** Rows drawn from the network: a table of categories. @throws CameoError 'argument' */
  sample(options: SampleOptions): Table {
    const { names, states, rows, codes } = sample(this.network, options);
    const columns = names.map((name, v) => {
      // Categories of a table ascend.
      const sorted = [...states[v]].sort();
      const order = states[v].map((state) => sorted.indexOf(state));
      return { name, kind: 'category' as const, codes: Int32Array.from(codes[v], (code) => order[code]), categories: sorted };
    });
    return { rows, columns };
  }

  /** The network as the text of a BIF file, in which bins of numbers are states by their names. @param name of the network */
  toBif(name?: string): string {
    return writeBif(this.network, name);
  }

  /** Gives the engine's memory back that answers have used. A fitted network can still be asked. */
  dispose(): void {
    this.#inference?.dispose();
    this.#inference = undefined;
  }
  [Symbol.dispose](): void {
    this.dispose();
  }

  #distribution(asked: readonly number[], rows: number, values: Float64Array): Distribution {
    const { names, states } = this.network;
    return { variables: asked.map((v) => names[v]), states: asked.map((v) => states[v]), rows, values };
  }

  /** Positions of variables. @throws CameoError 'column', 'argument' for none or one twice */
  #asked(variables: string | readonly string[]): number[] {
    const { names } = this.network;
    const list = typeof variables === 'string' ? [variables] : variables;
    if (list.length === 0 || new Set(list).size < list.length)
      throw errors.invalid('Variables that are asked for must be one or several, each once.');
    return list.map((name) => {
      const at = names.indexOf(name);
      if (at < 0) throw errors.columnUnknown('Variable', name, names);
      return at;
    });
  }

  async #ask(): Promise<Inference> {
    this.#inference ??= new Inference(await this.#engine(), this.network);
    return this.#inference;
  }

  async #engine(): Promise<Engine> {
    return this.#settled.engine ?? (await defaultEngine());
  }
}

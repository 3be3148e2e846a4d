/**
 * A network that predicts one of its variables, as a model: how it is placed, read and written. family.ts adds how one is fitted.
 *
 *     metadata   facts
 *     tensors    edges f32[…] and edgeCounts f64[columns] (−1 for a category) · missing f64[columns]: the code of a missing value
 *                variables f64[columns]: the variable of each column, −1 for one without; the target is the variable behind the last
 *                parents f64[…] and parentCounts f64[variables] · tables f64[…], variable by variable (network.ts)
 */
import { joined } from '../../arrays.js';
import type { Engine } from '../../engine/engine.js';
import { FACTS, f32, f64, type Part, type PartReader } from '../../part.js';
import { order } from '../../programs/bayesian-network/graph.js';
import { junctionTree } from '../../programs/bayesian-network/junction-tree.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import { type BayesianNetworkPlan, bayesianNetwork as predictor } from '../../programs/bayesian-network/predictor.js';
import { basesOf, placeTree, type TreeIndexes, treeIndexes } from '../../programs/bayesian-network/tree-plan.js';
import type { FeatureBins } from '../../programs/trees/plan.js';
import { stride } from '../../wasm/kernels.js';
import { type Layout, place } from '../../wasm/memory.js';
import type { InputsOf, Model, ModelReader } from '../model.js';

/** Bytes that the junction tree of a model may take: small machines answer too. */
export const TREE_BYTES = 256 << 20;
/** Bins of a number, and labels of a category, at most. */
export const MAX_STATES = 254;

/** What a model reads. */
export interface NetworkColumns {
  /** of each encoded column: its bins; its variable, −1 for one without; the code of a missing value, −1 for none */
  readonly bins: readonly FeatureBins[];
  readonly variables: readonly number[];
  readonly missing: readonly number[];
  /** how many columns each feature has */
  readonly widths: readonly number[];
}

export const statesOf = ({ edges, labels }: FeatureBins) => (labels < 0 ? edges.length + 1 : labels);

export class FittedNetwork implements Model {
  readonly family = 'bayesian-network';
  readonly encodings = ['raw'] as const;
  /** made once: a model is placed for each use */
  #arrays: { indexes: TreeIndexes; bases: Float64Array[] } | undefined;

  /** @param network the variables of the columns in their order, and behind them the target */
  constructor(
    readonly columns: NetworkColumns,
    readonly network: Pick<DiscreteNetwork, 'parents' | 'tables'> & { sizes: readonly number[] },
    readonly outputs: number,
    readonly facts: Readonly<Record<string, string | number>>,
  ) {}

  get inputs(): number {
    return this.columns.bins.length;
  }

  place(layout: Layout): BayesianNetworkPlan {
    const { bins, variables, missing, widths } = this.columns;
    const { parents, tables } = this.network;
    if (!this.#arrays) {
      const indexes = treeIndexes(junctionTree(this.network, [], TREE_BYTES), parents);
      this.#arrays = { indexes, bases: basesOf(indexes, tables) };
    }
    let first = 0;
    const columns = bins.flatMap(({ edges, labels }) => {
      first += edges.length;
      return labels >= 0 ? [0, -1 - labels] : [first - edges.length, edges.length];
    });
    const of = (variable: number) => variables.indexOf(variable);
    return {
      kind: 'bayesian-network',
      tree: placeTree(layout, this.#arrays.indexes, this.#arrays.bases),
      target: parents.length - 1,
      outputs: this.outputs,
      variables: [...variables],
      features: widths.flatMap((width, f) => new Array<number>(width).fill(f)),
      missing: [...missing],
      order: order(parents.length, (from, to) => parents[to].includes(from))
        .map(of)
        .filter((column) => column >= 0),
      columns: layout.put(Int32Array.from(columns)),
      edges: layout.put(
        joined(
          Float32Array,
          bins.map(({ edges }) => edges),
        ),
      ),
    };
  }

  /** What it says of somebody of whom nothing is known. */
  base(engine: Engine): number[] {
    const { at, region } = place(engine, (layout) => ({
      x: layout.put(new Float32Array(stride(this.inputs)).fill(Number.NaN)),
      model: predictor(engine.kernels, engine.memory, this.place(layout), layout, 1),
    }));
    using _ = region;
    return [...engine.f32(at.model.run(at.x, 1), this.outputs)];
  }

  write(): Part {
    const { bins, variables, missing } = this.columns;
    const { parents, tables } = this.network;
    return {
      metadata: { facts: JSON.stringify(this.facts) },
      tensors: {
        edges: f32(
          joined(
            Float32Array,
            bins.map(({ edges }) => edges),
          ),
        ),
        edgeCounts: f64(bins.map(({ edges, labels }) => (labels < 0 ? edges.length : -1))),
        missing: f64(missing),
        variables: f64(variables),
        parents: f64(parents.flat()),
        parentCounts: f64(parents.map(({ length }) => length)),
        tables: f64(joined(Float64Array, tables)),
      },
    };
  }
}

/** How far from 1 the sum of a row of a table may be. */
const ROUNDED = 1e-9;

export function read(part: PartReader, { raw }: InputsOf, outputs: number): FittedNetwork {
  const { widths, labels, missing: given } = raw;
  const n = labels.length;
  const columns = widths.reduce((sum, width) => sum + width, 0);
  part.check(columns === n, 'encoded columns', n, columns);
  const bins = readBins(part, labels);
  const missing = part.i32('missing', [n], { least: -1, most: MAX_STATES });
  missing.forEach((code, j) => {
    part.check(code === (given?.[j] ?? -1), `missing code of column ${j}`, given?.[j] ?? -1, code);
  });
  const variables = part.i32('variables', [n], { least: -1, most: n });
  let count = 0;
  for (const variable of variables)
    if (variable >= 0) part.check(variable === count, 'variable of a column', count++, variable);
  const used = bins.filter((_, j) => variables[j] >= 0);
  const sizes = [...used.map(statesOf), outputs === 1 ? 2 : outputs];
  part.check(
    sizes.every((size) => size >= 1),
    'states of a variable',
    'at least 1',
    0,
  );
  const parents = readParents(part, sizes.length);
  const tables = readTables(part, parents, sizes);
  junctionTree({ parents, sizes }, [], TREE_BYTES);
  const read = { bins, variables: [...variables], missing: [...missing], widths };
  return new FittedNetwork(read, { parents, tables, sizes }, outputs, part.json('facts', FACTS));
}

function readBins(part: PartReader, labels: readonly number[]): FeatureBins[] {
  const counts = part.i32('edgeCounts', [labels.length], { least: -1, most: MAX_STATES - 1 });
  const total = counts.reduce((sum, n) => sum + Math.max(0, n), 0);
  const edges = part.f32('edges', [total]);
  let first = 0;
  return labels.map((own, j) => {
    part.check(counts[j] < 0 === own >= 0, `edges of column ${j}`, own >= 0 ? 'none' : 'some', counts[j]);
    part.check(own <= MAX_STATES, `labels of column ${j}`, `at most ${MAX_STATES}`, own);
    const mine = edges.slice(first, first + Math.max(0, counts[j]));
    first += mine.length;
    const rising = mine.every((edge, i) => i === 0 || edge > mine[i - 1]);
    part.check(rising, `edges of column ${j}`, 'numbers that rise', 'others');
    return { edges: mine, labels: own };
  });
}

/** Parents of each variable: others, each once, without a cycle. */
function readParents(part: PartReader, n: number): number[][] {
  const counts = part.i32('parentCounts', [n], { least: 0, most: n - 1 });
  const all = part.i32('parents', [counts.reduce((a, b) => a + b, 0)], { least: 0, most: n - 1 });
  let first = 0;
  const parents = Array.from(counts, (count, i) => {
    const own = [...all.subarray(first, first + count)];
    first += count;
    part.check(new Set([...own, i]).size === count + 1, `parents of variable ${i}`, 'others, each once', own.join());
    return own;
  });
  const sorted = order(n, (from, to) => parents[to].includes(from)).length;
  part.check(sorted === n, 'parents', 'no cycle', `${n - sorted} variables in one`);
  return parents;
}

function readTables(part: PartReader, parents: readonly (readonly number[])[], sizes: readonly number[]): Float64Array[] {
  const lengths = parents.map((own, i) => own.reduce((cells, p) => cells * sizes[p], sizes[i]));
  const all = part.f64('tables', [lengths.reduce((a, b) => a + b, 0)], { least: 0, most: 1 });
  let first = 0;
  return lengths.map((length, i) => {
    const table = all.slice(first, first + length);
    first += length;
    for (let at = 0; at < length; at += sizes[i]) {
      const sum = table.subarray(at, at + sizes[i]).reduce((a, b) => a + b, 0);
      part.check(Math.abs(sum - 1) <= ROUNDED, `table of variable ${i}`, 'rows that sum to 1', sum);
    }
    return table;
  });
}

export const fittedNetworkReader: ModelReader = { read };

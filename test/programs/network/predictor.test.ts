/** A network with embedded numbers as a worker has it: NumPy's outputs, and contributions that sum to them. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { networkOf } from '../../../src/models/network-model.js';
import { embeddedLength } from '../../../src/programs/network/embedding.js';
import { network as predictor } from '../../../src/programs/network/predictor.js';
import { packedIndex, parametersOf } from '../../../src/programs/perceptron/network.js';
import { stride } from '../../../src/wasm/kernels.js';
import { Layout } from '../../../src/wasm/memory.js';
import { denseOutputs, embeddedRow, tileOf } from '../../support/embedded.js';
import { benches } from '../../support/kernels.js';

interface Case {
  columns: number;
  numbers: number[];
  hidden: number[];
  outputs: number;
  x: number[][];
  z: number[][];
  weights: number[][][];
  biases: number[][];
  embedding: number[][][];
}
const { cases, quantiles } = JSON.parse(readFileSync('test/fixtures/network.json', 'utf8')) as {
  cases: Case[];
  quantiles: { p: number[]; z: number[] };
};

/** The case as a network: a feature a column, whose labels say which are numbers; the gap before the values holds no weights. */
function networkFor({ columns, numbers, hidden, outputs, weights, biases, embedding }: Case) {
  const labels = Array.from({ length: columns }, (_, i) => (numbers.includes(i) ? -1 : 2));
  const network = networkOf({ widths: labels.map(() => 1), labels }, hidden, outputs, outputs > 1 ? 'softmax' : 'identity');
  const { sizes } = network;
  const parameters = new Float32Array(embeddedLength(network));
  const at = parametersOf(sizes);
  weights.forEach((layer, l) => {
    layer.forEach((row, i) => {
      const place = l === 0 && i >= columns ? i + sizes[0] - layer.length : i;
      row.forEach((w, j) => {
        parameters[at.weights[l] + packedIndex(place, j, sizes[l], sizes[l + 1])] = w;
      });
    });
    parameters.set(biases[l], at.biases[l]);
  });
  parameters.set(embedding.flat(2), at.length);
  return { network, parameters };
}

for (const b of benches()) {
  for (const [n, example] of cases.entries()) {
    const { columns, numbers, outputs, x, z } = example;
    const name = `${columns} columns, ${numbers.length} numbers, ${outputs} outputs`;
    test(`${b.build} ${name}: NumPy's outputs, and contributions that sum to them`, () => {
      b.reset();
      const { network, parameters } = networkFor(example);
      const rows = x.length;
      const baseline = new Float32Array(stride(network.sizes[0]));
      const mean = (column: number) => x.reduce((sum, row) => sum + row[column], 0) / rows;
      baseline.set(
        embeddedRow(
          network,
          numbers,
          parameters,
          Array.from({ length: columns }, (_, i) => mean(i)),
        ),
      );
      const group = Int32Array.from({ length: network.sizes[0] }, (_, i) => (i < columns ? i : 0));
      numbers.forEach((column, k) => {
        group.fill(column, network.sizes[0] - 3 * (numbers.length - k), network.sizes[0] - 3 * (numbers.length - k - 1));
      });
      const plan = {
        kind: 'network' as const,
        network,
        parameters: b.f32(parameters),
        numbers: b.i32(numbers),
        baseline: b.f32(baseline),
        group: b.i32(group),
        groups: columns,
      };
      const layout = new Layout(b.room(1 << 18));
      const made = predictor(b.kernels, b.memory, plan, layout, rows);
      new Float32Array(b.memory.buffer, layout.base, layout.bytes / 4).fill(0);
      const at = b.f32(tileOf(x, columns));
      const ld = stride(outputs);
      const raw = b.read(made.run(at, rows), rows * ld);
      z.forEach((row, r) => {
        row.forEach((v, c) => assert.ok(Math.abs(raw[r * ld + c] - v) < 2e-5, `${r} ${c}: ${raw[r * ld + c]} ${v}`));
      });
      const weights = Array.from({ length: outputs }, (_, c) => (c === 0 ? 1 : -0.25));
      const direction = b.f32(
        tileOf(
          x.map(() => weights),
          outputs,
        ),
      );
      const out = b.room(rows * columns);
      made.explain(at, direction, rows, out);
      const found = b.read(out, rows * columns);
      const weighted = (values: number[]) => values.reduce((sum, v, c) => sum + v * weights[c], 0);
      const base = weighted(denseOutputs(network, parameters, [...baseline]));
      z.forEach((row, r) => {
        const sum = found.subarray(r * columns, (r + 1) * columns).reduce((s, v) => s + v, 0);
        assert.ok(Math.abs(sum - (weighted(row) - base)) < 1e-4, `case ${n}, row ${r}: ${sum} ${weighted(row) - base}`);
      });
    });
  }

  test(`${b.build} the normal distribution's quantiles are SciPy's, within their bounds; NaN stays`, () => {
    b.reset();
    const { p, z } = quantiles;
    const out = b.room(p.length + 4);
    b.kernels.normal_quantile(out, b.f32([...p, 0, 1, Number.NaN, 0.5]), p.length + 4, 1e-6, 1 - 1e-4);
    const found = b.read(out, p.length + 4);
    z.forEach((v, i) => {
      const bounded = Math.min(v, 3.71902);
      assert.ok(Math.abs(found[i] - bounded) < 1e-5, `${p[i]}: ${found[i]} ${bounded}`);
    });
    const [low, high, missing, middle] = found.subarray(p.length);
    assert.ok(Math.abs(low + 4.75342) < 1e-3 && Math.abs(high - 3.71902) < 1e-3, `${low} ${high}`);
    assert.ok(Number.isNaN(missing) && middle === 0);
    const flags = b.room(5);
    b.kernels.missing_indicator(flags, b.f32([1, Number.NaN, -0, Number.NaN, Number.POSITIVE_INFINITY]), 5);
    assert.equal([...b.read(flags, 5)], [0, 1, 0, 1, 0]);
  });
}
test.run();

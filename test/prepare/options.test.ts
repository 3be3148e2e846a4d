/** Options of what prepares data: scaler, transformer, imputer, encoder, splits. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type CategoryColumn,
  createEngine,
  KFold,
  Matrix,
  OneHotEncoder,
  QuantileTransformer,
  SimpleImputer,
  StandardScaler,
  StratifiedKFold,
  trainTestSplit,
} from '../../src/index.js';
import { refusesUnknownNames, refusesValues } from '../support/refused.js';

const engine = await createEngine({ threads: 0, device: 'wasm' });
const x = new Matrix([Float32Array.of(1, 2, 3, Number.NaN)]);
const column: CategoryColumn = { name: 'c', kind: 'category', codes: Int32Array.of(0, 1, 0, 1), categories: ['a', 'b'] };
const classes = [0, 1, 0, 1, 0, 1];

const seeds: [object, RegExp][] = [
  [{ seed: -1 }, /'seed' must be a whole number from 0 to 4294967295; found -1/],
  [{ seed: 2 ** 32 }, /found 4294967296/],
];
const folds: [object, RegExp][] = [
  ...seeds,
  [{ nSplits: 1 }, /'nSplits' must be a whole number from 2; found 1/],
  [{ nSplits: 7 }, /'nSplits' must be a whole number from 2 to the 6 rows; found 7/],
  [{ shuffle: 'no' }, /'shuffle' must be true or false; found 'no'/],
];

interface Case {
  names: string[];
  use: (options: object) => unknown;
  values: [object, RegExp][];
}
const CASES: Record<string, Case> = {
  StandardScaler: { names: ['engine'], use: (o) => new StandardScaler({ engine, ...o }).fit(x), values: [] },
  'StandardScaler.partialFit': {
    names: ['engine'],
    use: (o) => new StandardScaler({ engine, ...o }).partialFit(x),
    values: [],
  },
  QuantileTransformer: {
    names: ['engine', 'nQuantiles'],
    use: (o) => new QuantileTransformer({ engine, ...o }).fit(x),
    values: [
      [{ nQuantiles: 1 }, /'nQuantiles' must be a whole number from 2; found 1/],
      [{ nQuantiles: '9' }, /'nQuantiles' must be a whole number from 2; found '9'/],
    ],
  },
  SimpleImputer: {
    names: ['strategy', 'fillValue'],
    use: (o) => new SimpleImputer(o).fit(x),
    values: [
      [{ strategy: 'mode' }, /'strategy' must be 'mean', 'median', 'mostFrequent' or 'constant'; found 'mode'/],
      [{ fillValue: Number.POSITIVE_INFINITY }, /'fillValue' must be a finite number; found Infinity/],
      [{ fillValue: '0' }, /'fillValue' must be a number; found '0'/],
    ],
  },
  OneHotEncoder: {
    names: ['minFrequency', 'maxCategories'],
    use: (o) => new OneHotEncoder(o).fit([column]),
    values: [
      [{ minFrequency: 0 }, /'minFrequency' must be a whole number from 1; found 0/],
      [{ maxCategories: 0.5 }, /'maxCategories' must be a whole number from 1; found 0\.5/],
    ],
  },
  trainTestSplit: {
    names: ['testSize', 'seed', 'stratify'],
    use: (o) => trainTestSplit(10, o),
    values: [...seeds, [{ testSize: 0 }, /'testSize' must be between 0 and 1; found 0/], [{ testSize: 1 }, /found 1/]],
  },
  KFold: { names: ['nSplits', 'shuffle', 'seed'], use: (o) => new KFold(o).split(6), values: folds },
  StratifiedKFold: {
    names: ['nSplits', 'shuffle', 'seed'],
    use: (o) => new StratifiedKFold(o).split(classes),
    values: folds,
  },
};

for (const [name, { names, use, values }] of Object.entries(CASES)) {
  test(`${name}: any name that is not known is refused`, () => refusesUnknownNames(names, use));
  test(`${name}: values out of range are refused`, () => refusesValues(values, use));
}

test('what is not given, or undefined, has its default', () => {
  assert.equal(trainTestSplit(12, { seed: undefined }), trainTestSplit(12, { testSize: 0.25, seed: 0 }));
  assert.equal(new KFold({ nSplits: undefined }).split(9), new KFold({ nSplits: 5, shuffle: true, seed: 0 }).split(9));
  assert.equal([...new SimpleImputer({}).fit(x).statistics], [...new SimpleImputer({ strategy: 'mean' }).fit(x).statistics]);
  assert.equal([...new SimpleImputer({ strategy: 'constant' }).fit(x).statistics], [0]);
  assert.equal(new OneHotEncoder({}).fit([column]).encodings[0].labels, ['a', 'b']);
});

test.after(() => engine.close());
test.run();

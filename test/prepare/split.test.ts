import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KFold, type Split, StratifiedKFold, trainTestSplit } from '../../src/index.js';
import { philox, shuffle } from '../../src/random.js';
import { open } from '../support/kernels.js';

const b = open('simd');
const all = ({ train, test }: Split) => [...train, ...test].sort((x, y) => x - y);

test('the generator and the shuffle equal the kernels', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(300), (seed, stream, n) => {
      b.reset();
      const out = b.room(4);
      b.kernels.philox(out, n, stream, 0, 0, seed, 0);
      assert.equal([...new Uint32Array(b.memory.buffer, out, 4)], philox(n, stream, seed));
      const index = b.i32(Array.from({ length: n }, (_, i) => i));
      b.kernels.random_shuffle(index, b.room(4), n, seed, stream);
      const mine = shuffle(
        Int32Array.from({ length: n }, (_, i) => i),
        seed,
        stream,
      );
      assert.equal([...mine], [...new Int32Array(b.memory.buffer, index, n)]);
    }),
  );
});

test('a split holds every row once, with the share asked for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 300 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.nat(99),
      (n, testSize, seed) => {
        fc.pre(Math.ceil(n * testSize) < n);
        const split = trainTestSplit(n, { testSize, seed });
        assert.equal(
          all(split),
          Array.from({ length: n }, (_, i) => i),
        );
        assert.is(split.test.length, Math.ceil(n * testSize));
        assert.equal(trainTestSplit(n, { testSize, seed }), split);
      },
    ),
  );
});

test('a stratified split keeps the shares of the classes within one row', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 10, maxLength: 300 }), fc.nat(99), (classes, seed) => {
      const split = trainTestSplit(classes.length, { testSize: 0.2, seed, stratify: classes });
      assert.equal(
        all(split),
        classes.map((_, i) => i),
      );
      for (const c of new Set(classes)) {
        const whole = classes.filter((v) => v === c).length;
        const held = [...split.test].filter((i) => classes[i] === c).length;
        assert.ok(Math.abs(held - (whole * split.test.length) / classes.length) <= 1);
      }
    }),
  );
});

test('folds test every row once, in equal sizes, classes spread', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 12, maxLength: 200 }), fc.integer({ min: 2, max: 4 }), (classes, nSplits) => {
      for (const splits of [new KFold({ nSplits }).split(classes.length), new StratifiedKFold({ nSplits }).split(classes)]) {
        assert.is(splits.length, nSplits);
        assert.equal(
          splits.flatMap((s) => [...s.test]).sort((x, y) => x - y),
          classes.map((_, i) => i),
        );
        const sizes = splits.map((s) => s.test.length);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
        for (const s of splits) assert.is(all(s).length, classes.length);
      }
      for (const c of new Set(classes)) {
        const counts = new StratifiedKFold({ nSplits })
          .split(classes)
          .map((s) => [...s.test].filter((i) => classes[i] === c).length);
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
      }
    }),
  );
});

test('impossible splits are refused', () => {
  assert.throws(() => trainTestSplit(1), /leaves none to (learn from|judge by)/);
  assert.throws(() => trainTestSplit(10, { testSize: 1 }), /testSize/);
  assert.throws(() => new KFold({ nSplits: 11 }).split(10), /nSplits/);
  assert.throws(() => new StratifiedKFold({ nSplits: 4 }).split([0, 0, 1, 1]), /largest class/);
});
test.run();

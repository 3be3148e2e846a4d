/** Dropout against single blocks of the generator: which values are kept, and that their mean stays. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches } from '../support/kernels.js';

const problem = fc.record({
  n: fc.integer({ min: 1, max: 260 }),
  threshold: fc.integer({ min: 0, max: 255 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  stream: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

for (const b of benches()) {
  /** The byte of each value: blocks of four words, four of them side by side, a word of each after the other. */
  const bytesOf = (n: number, seed: number, stream: number): number[] => {
    const words = b.room(4);
    const bytes: number[] = [];
    for (let block = 0; bytes.length < n; block += 4) {
      const blocks = Array.from({ length: 4 }, (_, i) => {
        b.kernels.philox(words, block + i, stream, 1, 0, seed, 0);
        return new Uint32Array(b.memory.buffer, words, 4).slice();
      });
      for (let word = 0; word < 4; word++) {
        for (const own of blocks) for (let s = 0; s < 32; s += 8) bytes.push((own[word] >>> s) & 255);
      }
    }
    return bytes;
  };

  test(`${b.build} keeps the values whose byte is at least the threshold, scaled up`, () => {
    fc.assert(
      fc.property(problem, ({ n, threshold, seed, stream }) => {
        b.reset();
        const values = Float32Array.from({ length: Math.ceil(n / 4) * 4 + 4 }, (_, i) => (i % 7) - 3.5);
        const at = b.f32(values);
        b.kernels.dropout(at, n, threshold, seed, stream);
        const scale = Math.fround(256 / (256 - threshold));
        const bytes = bytesOf(n, seed, stream);
        const found = b.read(at, values.length);
        for (let i = 0; i < n; i++) {
          const expected = bytes[i] >= threshold ? Math.fround(values[i] * scale) : 0;
          assert.is(Math.abs(found[i]), Math.abs(expected), `${i} of ${n}`);
        }
        assert.equal([...found.subarray(-4)], [...values.subarray(-4)], 'nothing is written behind the end');
      }),
      { numRuns: 60 },
    );
  });

  test(`${b.build} leaves out the share that was asked for, and other values in another stream`, () => {
    b.reset();
    const n = 1 << 16;
    const of = (stream: number) => {
      const at = b.f32(new Float32Array(n).fill(1));
      b.kernels.dropout(at, n, 26, 7, stream);
      return b.read(at, n);
    };
    const [first, second] = [of(1), of(2)];
    const share = first.filter((v) => v === 0).length / n;
    assert.ok(Math.abs(share - 26 / 256) < 0.005, `${share}`);
    assert.ok(Math.abs(first.reduce((s, v) => s + v, 0) / n - 1) < 0.006);
    const both = first.filter((v, i) => v === 0 && second[i] === 0).length / n;
    assert.ok(Math.abs(both - share * share) < 0.003, `${both}`);
  });
}
test.run();

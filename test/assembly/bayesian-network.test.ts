/** Joint counts against plain code, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const NONE = 0xffffffff;

for (const b of benches()) {
  const u16 = (values: ArrayLike<number>) => b.u8(new Uint8Array(Uint16Array.from(values).buffer));
  const u32 = (at: number, length: number) => [...new Uint32Array(b.memory.buffer, at, length)];

  test(`joint_index and joint_count (${b.build})`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ states: fc.integer({ min: 1, max: 7 }), wide: fc.boolean() }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 70 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 1e6 }),
        (columns, rows, lanes, seed) => {
          b.reset();
          const next = generator(seed);
          // A code from the number of states on is missing.
          const codes = columns.map(({ states }) => Array.from({ length: rows }, () => Math.floor(next() * (states + 1))));
          const at = codes.map((own, i) => (columns[i].wide ? u16(own) : b.u8(own)));
          const members = columns.slice(0, -1);
          const cells = members.reduce((product, { states }) => product * states, 1);
          const index = b.room(rows + 4);
          members.forEach(({ states, wide }, i) => {
            const limit = i === members.length - 1 ? cells : NONE;
            b.kernels.joint_index(index, at[i], Number(wide), states, rows, Number(i === 0), limit);
          });
          const expected = Array.from({ length: rows }, (_, r) =>
            members.some(({ states }, i) => codes[i][r] === states)
              ? cells
              : members.reduce((sum, { states }, i) => sum * states + codes[i][r], 0),
          );
          assert.equal(u32(index, rows), expected);

          const last = columns.length - 1;
          for (const other of [true, false]) {
            const pitch = cells + 1;
            const size = pitch * (other ? columns[last].states + 1 : 1);
            const lane = lanes ? Math.ceil(size / 4) * 4 : 0;
            const table = b.i32(new Int32Array(lane ? 4 * lane : size));
            b.kernels.joint_count(table, index, other ? at[last] : 0, Number(columns[last].wide), pitch, lane, rows);
            if (lane) b.kernels.joint_fold(table, lane, lane);
            const counts = new Array<number>(size).fill(0);
            expected.forEach((k, r) => counts[(other ? codes[last][r] * pitch : 0) + k]++);
            assert.equal(u32(table, size), counts);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
}

test.run();

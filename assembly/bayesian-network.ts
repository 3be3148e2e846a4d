/**
 * Joint counts of categorical columns, of which a Bayesian network is learnt. A row's states of several columns are one number, the last
 * column's state fastest; a row with a missing value among them has the number behind the last, so that it is counted without a branch
 * where nobody looks. Counts are whole numbers: in whatever order rows are counted, they come out the same.
 *
 * Codes are u8[rows], or u16[rows] where `wide` is 1; one from `states` on is missing. Vectors are read past the last row.
 */

/** Four codes from row r on, as u32. */
// @ts-ignore: decorator
@inline
function codes4(codes: usize, wide: i32, r: usize): v128 {
  if (wide) return i32x4.extend_low_i16x8_u(v128.load64_zero(codes + (r << 1)));
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(codes + r)));
}

/**
 * One more column in the number of each row:
 *
 *     out u32[rows] = min(limit, out · states + code), or 2³² − 1 in place of the sum where something is missing
 *
 * `begin` is 1 for the first column, before which there is nothing; `limit` is the number of rows with something missing, given with the
 * last column, and 2³² − 1 before. Writes up to three numbers behind the last.
 */
export function joint_index(out: usize, codes: usize, wide: i32, states: i32, rows: i32, begin: i32, limit: u32): void {
  const missing = i32x4.splat(-1);
  const many = i32x4.splat(states);
  const most = i32x4.splat(limit);
  for (let r: usize = 0; r < <usize>rows; r += 4) {
    const x = codes4(codes, wide, r);
    let index = x;
    let gone = i32x4.ge_u(x, many);
    if (!begin) {
      const before = v128.load(out + (r << 2));
      index = i32x4.add(i32x4.mul(before, many), x);
      gone = v128.or(gone, i32x4.eq(before, missing));
    }
    v128.store(out + (r << 2), i32x4.min_u(v128.or(index, gone), most));
  }
}

// @ts-ignore: decorator
@inline
function count(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

/**
 * table u32[states + 1, pitch], [code, index] += 1 for each row, with index u32[rows]; without codes (0) table u32[pitch]. Where `lane` is
 * not 0, there are four tables, `lane` counts apart, and row r is counted in table r mod 4: adding to one count again at once has to wait
 * for the first.
 */
export function joint_count(table: usize, index: usize, codes: usize, wide: i32, pitch: i32, lane: i32, rows: i32): void {
  const steps = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(lane));
  const wider = i32x4.splat(pitch);
  const whole = <usize>rows & ~3;
  for (let r: usize = 0; r < <usize>rows; r += 4) {
    let at = i32x4.add(v128.load(index + (r << 2)), steps);
    if (codes) at = i32x4.add(at, i32x4.mul(codes4(codes, wide, r), wider));
    at = i32x4.shl(at, 2);
    count(table + <usize>i32x4.extract_lane(at, 0));
    if (r < whole) {
      count(table + <usize>i32x4.extract_lane(at, 1));
      count(table + <usize>i32x4.extract_lane(at, 2));
      count(table + <usize>i32x4.extract_lane(at, 3));
      continue;
    }
    const left = <usize>rows - whole;
    if (left > 1) count(table + <usize>i32x4.extract_lane(at, 1));
    if (left > 2) count(table + <usize>i32x4.extract_lane(at, 2));
  }
}

/** table u32[n] += the three tables behind it, `lane` counts apart; n and lane multiples of 4. */
export function joint_fold(table: usize, lane: i32, n: i32): void {
  const step = (<usize>lane) << 2;
  for (const end = table + ((<usize>n) << 2); table < end; table += 16) {
    const a = i32x4.add(v128.load(table), v128.load(table + step));
    const b = i32x4.add(v128.load(table + 2 * step), v128.load(table + 3 * step));
    v128.store(table, i32x4.add(a, b));
  }
}

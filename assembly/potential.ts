/**
 * Potentials of a junction tree for many users side by side: a table of cells, and in each cell a number of every user (lane).
 *
 *     potential f64[cells, lanes]     lanes a multiple of 4; which states a cell stands for, the index says
 *     message   f64[m, lanes]         over fewer variables: index i32[cells] has the message's cell of each cell of the potential
 *
 * Every lane is computed by itself and in the order of the cells, so that a user's numbers do not depend on who stands beside them.
 */

const VECTOR: usize = 16;

/** potential = base f64[cells] in every lane */
export function potential_spread(potential: usize, base: usize, cells: i32, lanes: i32): void {
  const row = (<usize>lanes) << 3;
  for (const end = base + ((<usize>cells) << 3); base < end; base += 8) {
    const value = v128.load64_splat(base);
    for (const last = potential + row; potential < last; potential += 2 * VECTOR) {
      v128.store(potential, value);
      v128.store(potential, value, VECTOR);
    }
  }
}

/** potential *= message, each cell by the message's cell that it belongs to */
export function potential_multiply(potential: usize, message: usize, index: usize, cells: i32, lanes: i32): void {
  const row = (<usize>lanes) << 3;
  for (const end = index + ((<usize>cells) << 2); index < end; index += 4) {
    let from = message + <usize>load<i32>(index) * row;
    for (const last = potential + row; potential < last; potential += 2 * VECTOR) {
      v128.store(potential, f64x2.mul(v128.load(potential), v128.load(from)));
      v128.store(potential, f64x2.mul(v128.load(potential, VECTOR), v128.load(from, VECTOR)), VECTOR);
      from += 2 * VECTOR;
    }
  }
}

/** message f64[m, lanes] = the sum of the potential over the cells that belong to each of its own */
export function potential_sum(message: usize, potential: usize, index: usize, cells: i32, m: i32, lanes: i32): void {
  const row = (<usize>lanes) << 3;
  memory.fill(message, 0, <usize>m * row);
  for (const end = index + ((<usize>cells) << 2); index < end; index += 4) {
    let to = message + <usize>load<i32>(index) * row;
    for (const last = potential + row; potential < last; potential += 2 * VECTOR) {
      v128.store(to, f64x2.add(v128.load(to), v128.load(potential)));
      v128.store(to, f64x2.add(v128.load(to, VECTOR), v128.load(potential, VECTOR)), VECTOR);
      to += 2 * VECTOR;
    }
  }
}

/** As potential_sum with the largest instead of the sum; the potential is from 0 on. */
export function potential_max(message: usize, potential: usize, index: usize, cells: i32, m: i32, lanes: i32): void {
  const row = (<usize>lanes) << 3;
  memory.fill(message, 0, <usize>m * row);
  for (const end = index + ((<usize>cells) << 2); index < end; index += 4) {
    let to = message + <usize>load<i32>(index) * row;
    for (const last = potential + row; potential < last; potential += 2 * VECTOR) {
      v128.store(to, f64x2.max(v128.load(to), v128.load(potential)));
      v128.store(to, f64x2.max(v128.load(to, VECTOR), v128.load(potential, VECTOR)), VECTOR);
      to += 2 * VECTOR;
    }
  }
}

/** totals f64[lanes] = each lane's sum over the cells, and the potential divided by it; where that is 0 the lane stays 0 */
export function potential_normalize(potential: usize, totals: usize, cells: i32, lanes: i32): void {
  const row = (<usize>lanes) << 3;
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const end = potential + <usize>cells * row;
  for (let lane: usize = 0; lane < row; lane += VECTOR) {
    let sum = zero;
    for (let at = potential + lane; at < end; at += row) sum = f64x2.add(sum, v128.load(at));
    v128.store(totals + lane, sum);
    const divisor = v128.bitselect(one, sum, f64x2.eq(sum, zero));
    for (let at = potential + lane; at < end; at += row) v128.store(at, f64x2.div(v128.load(at), divisor));
  }
}

/** message f64[m, lanes] /= by f64[m, lanes], and 0 where that is 0 */
export function potential_divide(message: usize, by: usize, m: i32, lanes: i32): void {
  const zero = f64x2.splat(0);
  for (const end = message + ((<usize>(m * lanes)) << 3); message < end; message += VECTOR) {
    const divisor = v128.load(by);
    const none = f64x2.eq(divisor, zero);
    v128.store(message, v128.andnot(f64x2.div(v128.load(message), divisor), none));
    by += VECTOR;
  }
}

/** out f64[cells] += the sum over the lanes of the potential by weights f64[lanes]: those of even lanes, then those of odd ones */
export function potential_expect(out: usize, potential: usize, weights: usize, cells: i32, lanes: i32): void {
  const row = (<usize>lanes) << 3;
  for (const end = out + ((<usize>cells) << 3); out < end; out += 8) {
    let sum = f64x2.splat(0);
    for (let lane: usize = 0; lane < row; lane += VECTOR)
      sum = f64x2.add(sum, f64x2.mul(v128.load(potential + lane), v128.load(weights + lane)));
    store<f64>(out, load<f64>(out) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
    potential += row;
  }
}

/** The rows of a leaf, dealt to its two children in the order in which they stood. */

/**
 * Deals the rows of order u32[rows]: those that go left stand at the front of `scratch` u32[rows] afterwards, the others at its back in
 * reverse. column u8 the feature's bins, left u8[256] 1 for the bins that go left. Returns how many went left.
 */
export function tree_partition(scratch: usize, order: usize, column: usize, left: usize, rows: i32): i32 {
  let front = scratch;
  let back = scratch + ((<usize>(rows - 1)) << 2);
  for (let i: usize = 0; i < <usize>rows; i++) {
    const row = load<u32>(order + (i << 2));
    const goes = (<usize>load<u8>(left + <usize>load<u8>(column + <usize>row))) << 2;
    // To both places: the wrong one is overwritten by the next row that belongs there.
    store<u32>(front, row);
    store<u32>(back, row);
    front += goes;
    back -= 4 - goes;
  }
  return <i32>((front - scratch) >> 2);
}

/** Copies what tree_partition dealt: `n` rows to `left`, the others in their first order to `right`. */
export function tree_settle(left: usize, right: usize, scratch: usize, rows: i32, n: i32): void {
  memory.copy(left, scratch, (<usize>n) << 2);
  let back = scratch + ((<usize>(rows - 1)) << 2);
  for (let i = n; i < rows; i++) {
    store<u32>(right, load<u32>(back));
    right += 4;
    back -= 4;
  }
}

/** z[order[i] · ld] += value for each row of order u32[rows]; z f32 at the output's place. */
export function tree_add(z: usize, order: usize, rows: i32, ld: i32, value: f32): void {
  for (let i: usize = 0; i < <usize>rows; i++) {
    const at = z + ((<usize>load<u32>(order + (i << 2)) * <usize>ld) << 2);
    store<f32>(at, load<f32>(at) + value);
  }
}

// What the three kernels of factorization share: their buffers, the schedule of blocks, the product of two rows. The formulas are those
// of assembly/factorize.ts.
//
// One workgroup works on one block of a diagonal, entry by entry; its lanes share the rank: lane k holds factors k, k + LANES, ... of
// every row, so that a lane reads only what it wrote itself, and only sums go through workgroup memory. Biases and sums of squared
// gradients belong to lane 0. No two workgroups of a dispatch touch one row, so nothing is atomic and the result is one.
//
//     p, q f32[rows, ld]; side f32[users + items, 2] = (bias, sum of squared gradients)
//     entries u32[.., 4] = (row of p, row of q, value, weight), by block; starts u32[blocks * blocks + 1]
//     losses f32[blocks]; seen, seen_offsets: each user's items, ascending
//
// p, q and entries may be parts of the whole, from row p0, row q0 and entry e0. Needs math.wgsl, random.wgsl, const LANES.

struct Params {
  blocks: u32, row: u32, column: u32, columns: u32, step: u32, epoch: u32, ld: u32, p0: u32, q0: u32, e0: u32, users: u32,
  samples: u32, biases: u32, adagrad: u32, seed: u32, bpr_round: u32,
  mean: f32, rate: f32, l2: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
@group(0) @binding(2) var<storage, read_write> q: array<f32>;
@group(0) @binding(3) var<storage, read_write> side: array<vec2f>;
@group(0) @binding(4) var<storage, read> entries: array<vec4u>;
@group(0) @binding(5) var<storage, read> starts: array<u32>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(0) @binding(7) var<storage, read> seen: array<i32>;
@group(0) @binding(8) var<storage, read> seen_offsets: array<u32>;

var<workgroup> addends: array<vec4f, 2u * LANES>;
var<private> flip: u32;
var<private> lane: u32;

// The sums of the lanes' numbers, for all of them, in a fixed order. Two places in turn save a second barrier.
fn sum_lanes(value: vec4f) -> vec4f {
  flip = LANES - flip;
  addends[flip + lane] = value;
  workgroupBarrier();
  var total = vec4f();
  for (var i = 0u; i < LANES; i++) { total += addends[flip + i]; }
  return total;
}

fn dot_rows(pu: u32, qi: u32) -> f32 {
  var sum = 0.0;
  for (var k = lane; k < params.ld; k += LANES) { sum = fma(p[pu + k], q[qi + k], sum); }
  return sum;
}

fn p_row(user: u32) -> u32 { return (user - params.p0) * params.ld; }
fn q_row(item: u32) -> u32 { return (item - params.q0) * params.ld; }
fn item_side(item: u32) -> u32 { return params.users + item; }
fn weight_of(entry: vec4u) -> f32 { return bitcast<f32>(entry.w); }

// By lane 0 alone.
fn move_bias(at: u32, rate: f32, e: f32, l2: f32) { side[at].x += rate * (e - l2 * side[at].x); }

// One step on a row of p and a row of q with error e; biased: whether the biases move.
fn move_rows(user: u32, item: u32, e: f32, biased: bool) {
  let pu = p_row(user);
  let qi = q_row(item);
  var rp = params.rate;
  var rq = params.rate;
  if (params.adagrad == 1u) {
    var squares = vec4f();
    if (lane == 0u) { squares = vec4f(side[user].y, side[item_side(item)].y, 0.0, 0.0); }
    let g = sum_lanes(squares);
    rp = params.rate / sqrt(g.x);
    rq = params.rate / sqrt(g.y);
  }
  var added = vec4f();
  for (var k = lane; k < params.ld; k += LANES) {
    let x = p[pu + k];
    let y = q[qi + k];
    let dx = e * y - params.l2 * x;
    let dy = e * x - params.l2 * y;
    added += vec4f(dx * dx, dy * dy, 0.0, 0.0);
    p[pu + k] = x + rp * dx;
    q[qi + k] = y + rq * dy;
  }
  if (params.adagrad == 1u) {
    let sums = sum_lanes(added) / f32(params.ld);
    if (lane == 0u) {
      side[user].y += sums.x;
      side[item_side(item)].y += sums.y;
    }
  }
  if (lane == 0u && biased) {
    move_bias(user, rp, e, params.l2);
    move_bias(item_side(item), rq, e, params.l2);
  }
}

// Whether the user has the item.
fn has(user: u32, item: i32) -> bool {
  var low = seen_offsets[user];
  var end = seen_offsets[user + 1u];
  if (low == end) { return false; }
  while (end - low > 1u) {
    let middle = (low + end) / 2u;
    if (seen[middle] <= item) { low = middle; } else { end = middle; }
  }
  return seen[low] == item;
}

// The item of a random entry of `count` from entry `first`, -1 for one that the user has.
fn sample(i: u32, stream: u32, first: u32, count: u32, user: u32) -> i32 {
  let item = i32(entries[first - params.e0 + high(random_bits(i, params.seed, stream), count)].y);
  return select(item, -1, has(user, item));
}

fn stream_of(block: u32) -> u32 { return params.epoch * params.blocks * params.blocks + block; }

// The block of a workgroup on this diagonal: its row is params.row + the workgroup's number.
fn column_of(row: u32) -> u32 { return (row + (params.step + params.epoch) % params.blocks) % params.blocks; }
fn in_part(column: u32) -> bool { return column - params.column < params.columns; }

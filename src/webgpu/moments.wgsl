// Count, mean and sum of squared deviations of blocks of 2048 values of a column, NaN skipped, as in assembly/moments.ts. Without
// float64, a block is shifted by its first value: block u32[8] = (count, infinities, shift, mean - shift, M2), the last three f32.
// The blocks are merged in float64 by who reads them. One workgroup a block. Needs sum.wgsl.

struct Params { rows: u32, pitch: u32, blocks: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;

const BLOCK = 2048u;
var<workgroup> firsts: array<u32, 256>;

// By bits: a WGSL compiler may assume that there are no NaN and no infinity.
fn is_nan(word: u32) -> bool { return (word & 0x7fffffffu) > 0x7f800000u; }
fn is_infinite(word: u32) -> bool { return (word & 0x7fffffffu) == 0x7f800000u; }

@compute @workgroup_size(256)
fn moments(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let block = group.x;
  let start = group.y * params.pitch + block * BLOCK;
  let n = min(BLOCK, params.rows - block * BLOCK);
  var first = BLOCK;
  var count = 0.0;
  var infinities = 0.0;
  for (var i = local; i < n; i += 256u) {
    let word = columns[start + i];
    if (is_nan(word)) { continue; }
    count += 1.0;
    if (is_infinite(word)) { infinities += 1.0; } else { first = min(first, i); }
  }
  firsts[local] = first;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half >>= 1u) {
    if (local < half) { firsts[local] = min(firsts[local], firsts[local + half]); }
    workgroupBarrier();
  }
  let at = firsts[0];
  let shift = select(0.0, bitcast<f32>(columns[start + min(at, n - 1u)]), at < BLOCK);
  let known = sum_of(count, local);
  let infinite = sum_of(infinities, local);
  var sum = 0.0;
  for (var i = local; i < n; i += 256u) {
    let word = columns[start + i];
    if (!is_nan(word) && !is_infinite(word)) { sum += bitcast<f32>(word) - shift; }
  }
  let mean = sum_of(sum, local) / max(known - infinite, 1.0);
  var squares = 0.0;
  for (var i = local; i < n; i += 256u) {
    let word = columns[start + i];
    if (!is_nan(word) && !is_infinite(word)) {
      let d = bitcast<f32>(word) - shift - mean;
      squares += d * d;
    }
  }
  let m2 = sum_of(squares, local);
  if (local == 0u) {
    let to = (group.y * params.blocks + block) * 8u;
    out[to] = u32(known);
    out[to + 1u] = u32(infinite);
    out[to + 2u] = bitcast<u32>(shift);
    out[to + 3u] = bitcast<u32>(mean);
    out[to + 4u] = bitcast<u32>(m2);
  }
}

// A tiled, register-blocked product C[m, n] = A[m, k] B[k, n], for kernels that say where the numbers stand:
//
//     fn a_at(m, k) -> f32, fn b_at(k, n) -> f32    0 outside of the matrices
//     fn put(m, n, value)                           called for every place of the tile, outside of the matrix too
//     const BLOCKS: u32                             quads of 4 x 4 results to a side of an invocation's block: 1 or 2
//     const A_BY_K, B_BY_K: bool                    whether neighbours in memory are neighbours in k
//
// A workgroup of 16 x 16 invocations computes a tile of 64 BLOCKS x 64 BLOCKS, 16 steps of k at a time through workgroup memory
// (16 KiB for BLOCKS 2). An invocation holds 4 BLOCKS x 4 BLOCKS results in registers; its rows and columns lie 64 apart by quads,
// so that neighbouring invocations read neighbouring quads.

const EDGE = 64u * BLOCKS;
const QUADS = 16u * BLOCKS;
const DEPTH = 16u;

var<workgroup> tile_a: array<vec4f, DEPTH * QUADS>;
var<workgroup> tile_b: array<vec4f, DEPTH * QUADS>;

fn gemm(group: vec3u, local: u32, depth: u32) {
  let m0 = group.y * EDGE;
  let n0 = group.x * EDGE;
  let tx = local & 15u;
  let ty = local >> 4u;
  var sums: array<vec4f, 4u * BLOCKS * BLOCKS>;
  for (var k0 = 0u; k0 < depth; k0 += DEPTH) {
    for (var t = local; t < DEPTH * QUADS; t += 256u) {
      let ka = select(t / QUADS, t % DEPTH, A_BY_K);
      let qa = select(t % QUADS, t / DEPTH, A_BY_K);
      let m = m0 + 4u * qa;
      let k = k0 + ka;
      tile_a[ka * QUADS + qa] = vec4f(a_at(m, k), a_at(m + 1u, k), a_at(m + 2u, k), a_at(m + 3u, k));
      let kb = select(t / QUADS, t % DEPTH, B_BY_K);
      let qb = select(t % QUADS, t / DEPTH, B_BY_K);
      let n = n0 + 4u * qb;
      let l = k0 + kb;
      tile_b[kb * QUADS + qb] = vec4f(b_at(l, n), b_at(l, n + 1u), b_at(l, n + 2u), b_at(l, n + 3u));
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      var a: array<vec4f, BLOCKS>;
      var b: array<vec4f, BLOCKS>;
      for (var i = 0u; i < BLOCKS; i++) {
        a[i] = tile_a[k * QUADS + 16u * i + ty];
        b[i] = tile_b[k * QUADS + 16u * i + tx];
      }
      for (var i = 0u; i < BLOCKS; i++) {
        for (var j = 0u; j < BLOCKS; j++) {
          let at = 4u * (i * BLOCKS + j);
          sums[at] = fma(vec4f(a[i].x), b[j], sums[at]);
          sums[at + 1u] = fma(vec4f(a[i].y), b[j], sums[at + 1u]);
          sums[at + 2u] = fma(vec4f(a[i].z), b[j], sums[at + 2u]);
          sums[at + 3u] = fma(vec4f(a[i].w), b[j], sums[at + 3u]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < BLOCKS; i++) {
    for (var j = 0u; j < BLOCKS; j++) {
      for (var r = 0u; r < 4u; r++) {
        let m = m0 + 64u * i + 4u * ty + r;
        let n = n0 + 64u * j + 4u * tx;
        let sum = sums[4u * (i * BLOCKS + j) + r];
        put(m, n, sum.x);
        put(m, n + 1u, sum.y);
        put(m, n + 2u, sum.z);
        put(m, n + 3u, sum.w);
      }
    }
  }
}

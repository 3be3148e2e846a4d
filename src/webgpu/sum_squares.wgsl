// sums[first + workgroup] = the sum of squares of that workgroup's share of w f32[n]. Needs sum.wgsl.

struct Params { n: u32, first: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(256)
fn sum_squares(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  var sum = 0.0;
  for (var i = group.x * 256u + local; i < params.n; i += 256u * groups.x) { sum += w[i] * w[i]; }
  let total = sum_of(sum, local);
  if (local == 0u) { sums[params.first + group.x] = total; }
}

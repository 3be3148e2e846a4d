// dbias f32[stride(units)] = column sums of dout f32[rows, stride(units)]: one invocation a column.

struct Params { rows: u32, units: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> dbias: array<f32>;
@group(0) @binding(2) var<storage, read> dout: array<f32>;

@compute @workgroup_size(64)
fn dense_backward_bias(@builtin(global_invocation_id) id: vec3u) {
  let ld = stride(params.units);
  if (id.x >= ld) { return; }
  var sum = 0.0;
  for (var r = 0u; r < params.rows; r++) { sum += dout[r * ld + id.x]; }
  dbias[id.x] = sum;
}

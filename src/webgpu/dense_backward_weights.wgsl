// dweights (packed as the weights) = x^T dout, from x f32[rows, stride(inputs)] and dout f32[rows, stride(units)]; as in
// assembly/dense.ts, where it sums the biases' gradients too (here dense_backward_bias.wgsl). Needs gemm.wgsl.

struct Params { rows: u32, inputs: u32, units: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> dweights: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> dout: array<f32>;

const A_BY_K = false;
const B_BY_K = false;

fn a_at(m: u32, k: u32) -> f32 {
  if (m >= params.inputs || k >= params.rows) { return 0.0; }
  return x[k * stride(params.inputs) + m];
}

fn b_at(k: u32, n: u32) -> f32 {
  if (k >= params.rows || n >= params.units) { return 0.0; }
  return dout[k * stride(params.units) + n];
}

fn put(m: u32, n: u32, value: f32) {
  if (m >= params.inputs || n >= stride(params.units)) { return; }
  dweights[packed(m, n, params.inputs, params.units)] = value;
}

@compute @workgroup_size(256)
fn dense_backward_weights(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  gemm(group, local, params.rows);
}

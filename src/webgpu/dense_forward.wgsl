// out f32[rows, ld] = activation(x f32[rows, stride(inputs)] weights + bias f32[stride(units)]), as in assembly/dense.ts.
// The columns go to out[.., to ..], so that a matrix of weights larger than one binding works in parts. Needs gemm.wgsl.

struct Params { rows: u32, inputs: u32, units: u32, activation: u32, ld: u32, to: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;

const A_BY_K = true;
const B_BY_K = true;

fn a_at(m: u32, k: u32) -> f32 {
  if (m >= params.rows || k >= params.inputs) { return 0.0; }
  return x[m * stride(params.inputs) + k];
}

fn b_at(k: u32, n: u32) -> f32 {
  if (k >= params.inputs || n >= params.units) { return 0.0; }
  return weights[select((n & ~7u) * params.inputs + k * 8u + (n & 7u), k, params.ld == 1u)];
}

fn put(m: u32, n: u32, value: f32) {
  if (m >= params.rows || n >= select((params.units + 7u) & ~7u, 1u, params.ld == 1u)) { return; }
  let at = m * params.ld + params.to + n;
  if (n >= params.units) {
    out[at] = 0.0;
  } else {
    out[at] = activate(value + bias[n], params.activation);
  }
}

@compute @workgroup_size(256)
fn dense_forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  gemm(group, local, params.inputs);
}

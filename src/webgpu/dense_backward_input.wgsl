// dx f32[rows, stride(inputs)] = (dout f32[rows, stride(units)] weights^T) times f'(x), as in assembly/dense.ts; the weights are
// read across, so that nothing is transposed. `activation` is the one that made x. Needs gemm.wgsl.

struct Params { rows: u32, inputs: u32, units: u32, activation: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<storage, read> dout: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> x: array<f32>;

const A_BY_K = true;
const B_BY_K = true;

fn a_at(m: u32, k: u32) -> f32 {
  if (m >= params.rows || k >= params.units) { return 0.0; }
  return dout[m * stride(params.units) + k];
}

fn b_at(k: u32, n: u32) -> f32 {
  if (k >= params.units || n >= params.inputs) { return 0.0; }
  return weights[packed(n, k, params.inputs, params.units)];
}

fn put(m: u32, n: u32, value: f32) {
  let ld = stride(params.inputs);
  if (m >= params.rows || n >= ld) { return; }
  if (n >= params.inputs) {
    dx[m * ld + n] = 0.0;
  } else {
    dx[m * ld + n] = value * derivative(x[m * ld + n], params.activation);
  }
}

@compute @workgroup_size(256)
fn dense_backward_input(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  gemm(group, local, params.units);
}

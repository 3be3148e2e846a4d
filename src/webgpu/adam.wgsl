// Adam over n parameters, of which the first `penalized` have the penalty l2; as in assembly/optimizer.ts.

struct Params { n: u32, penalized: u32, rate: f32, beta1: f32, beta2: f32, epsilon: f32, l2: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> m: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;
@group(0) @binding(4) var<storage, read> dw: array<f32>;

@compute @workgroup_size(64)
fn adam(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.n; i += 64u * groups.x) {
    let g = dw[i] + select(0.0, params.l2, i < params.penalized) * w[i];
    let mean = params.beta1 * m[i] + (1.0 - params.beta1) * g;
    let square = params.beta2 * v[i] + (1.0 - params.beta2) * g * g;
    m[i] = mean;
    v[i] = square;
    w[i] -= params.rate * mean / (sqrt(square) + params.epsilon);
  }
}

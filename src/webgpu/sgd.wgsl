// Gradient descent with momentum over n parameters, of which the first `penalized` have the penalty l2; as in assembly/optimizer.ts.

struct Params { n: u32, penalized: u32, nesterov: u32, rate: f32, momentum: f32, l2: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> u: array<f32>;
@group(0) @binding(3) var<storage, read_write> unused: array<f32>;
@group(0) @binding(4) var<storage, read> dw: array<f32>;

@compute @workgroup_size(64)
fn sgd(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < params.n; i += 64u * groups.x) {
    let change = -params.rate * (dw[i] + select(0.0, params.l2, i < params.penalized) * w[i]);
    let velocity = params.momentum * u[i] + change;
    u[i] = velocity;
    w[i] += select(velocity, params.momentum * velocity + change, params.nesterov == 1u);
  }
}

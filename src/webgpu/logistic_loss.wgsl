// losses[batch] = sum of softplus(z) - y z, dz = (sigma(z) - y) / rows, for z and y f32[rows]; as in assembly/loss.ts. One workgroup.
// Needs math.wgsl, sum.wgsl.

struct Params { rows: u32, batch: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> dz: array<f32>;
@group(0) @binding(2) var<storage, read> z: array<f32>;
@group(0) @binding(3) var<storage, read> y: array<u32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

@compute @workgroup_size(256)
fn logistic_loss(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var r = local; r < params.rows; r += 256u) {
    let a = z[r];
    let t = bitcast<f32>(y[r]);
    sum += softplus_of_minus(-a) - a * t;
    dz[r] = (logistic1(a) - t) / f32(params.rows);
  }
  let total = sum_of(sum, local);
  if (local == 0u) { losses[params.batch] = total; }
}

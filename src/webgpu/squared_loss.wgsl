// losses[batch] = sum of (z - y)^2 / 2, dz = (z - y) / rows, for z and y f32[rows]; as in assembly/loss.ts. One workgroup.
// Needs sum.wgsl.

struct Params { rows: u32, batch: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> dz: array<f32>;
@group(0) @binding(2) var<storage, read> z: array<f32>;
@group(0) @binding(3) var<storage, read> y: array<u32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

@compute @workgroup_size(256)
fn squared_loss(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var r = local; r < params.rows; r += 256u) {
    let d = z[r] - bitcast<f32>(y[r]);
    sum += 0.5 * d * d;
    dz[r] = d / f32(params.rows);
  }
  let total = sum_of(sum, local);
  if (local == 0u) { losses[params.batch] = total; }
}

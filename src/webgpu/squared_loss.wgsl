// losses[batch] = sum of (z - y)^2 / 2, dz = (z - y) / rows, for z and y f32[rows]; as in assembly/loss.ts. One workgroup.
// Needs loss.wgsl.

@compute @workgroup_size(256)
fn squared_loss(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var r = local; r < params.rows; r += 256u) {
    let d = z[r] - bitcast<f32>(y[r]);
    sum += 0.5 * d * d;
    dz[r] = d / f32(params.rows);
  }
  add_up(sum, local);
}

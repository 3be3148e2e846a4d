// losses[batch] = sum of softplus(z) - y z, dz = (sigma(z) - y) / rows, for z and y f32[rows]; as in assembly/loss.ts. One workgroup.
// Needs math.wgsl, loss.wgsl.

@compute @workgroup_size(256)
fn logistic_loss(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var r = local; r < params.rows; r += 256u) {
    let a = z[r];
    let t = bitcast<f32>(y[r]);
    sum += softplus_of_minus(-a) - a * t;
    dz[r] = (logistic1(a) - t) / f32(params.rows);
  }
  add_up(sum, local);
}

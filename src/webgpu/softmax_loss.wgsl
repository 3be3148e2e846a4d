// losses[batch] = sum of log(sum of exp z) - z_label, dz = (softmax(z) - onehot) / rows, for z f32[rows, stride(classes)] and labels
// u32[rows]; as in assembly/loss.ts. One workgroup. Needs math.wgsl, shapes.wgsl, loss.wgsl.

@compute @workgroup_size(256)
fn softmax_loss(@builtin(local_invocation_index) local: u32) {
  let ld = stride(params.classes);
  let scale = 1.0 / f32(params.rows);
  var sum = 0.0;
  for (var r = local; r < params.rows; r += 256u) {
    let at = r * ld;
    var top = z[at];
    for (var c = 1u; c < params.classes; c++) { top = max(top, z[at + c]); }
    var total = 0.0;
    for (var c = 0u; c < params.classes; c++) { total += exp1(z[at + c] - top); }
    sum += top + log1(total) - z[at + y[r]];
    for (var c = 0u; c < ld; c++) {
      let p = exp1(z[at + c] - top) / total - select(0.0, 1.0, c == y[r]);
      dz[at + c] = select(0.0, p * scale, c < params.classes);
    }
  }
  add_up(sum, local);
}

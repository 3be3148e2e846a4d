// losses[batch] = sum of log(sum of exp z) - z_label, dz = (softmax(z) - onehot) / rows, for z f32[rows, stride(classes)] and labels
// u32[rows]; as in assembly/loss.ts. One workgroup. Needs math.wgsl, shapes.wgsl, sum.wgsl.

struct Params { rows: u32, batch: u32, classes: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> dz: array<f32>;
@group(0) @binding(2) var<storage, read> z: array<f32>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

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
    sum += top + log1(total) - z[at + labels[r]];
    for (var c = 0u; c < ld; c++) {
      let p = exp1(z[at + c] - top) / total - select(0.0, 1.0, c == labels[r]);
      dz[at + c] = select(0.0, p * scale, c < params.classes);
    }
  }
  let total = sum_of(sum, local);
  if (local == 0u) { losses[params.batch] = total; }
}

// From the raw output of a network, z f32[rows, stride(outputs)], to the dense result f32[rows, outputs]: as it is (0), by the
// logistic function (1), or by softmax over the row (2). One invocation a row. Needs math.wgsl, shapes.wgsl.

struct Params { rows: u32, outputs: u32, kind: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read> z: array<f32>;

@compute @workgroup_size(64)
fn probabilities(@builtin(global_invocation_id) id: vec3u) {
  let r = id.x;
  if (r >= params.rows) { return; }
  let at = r * stride(params.outputs);
  let to = r * params.outputs;
  var top = z[at];
  var total = 0.0;
  if (params.kind == 2u) {
    for (var c = 1u; c < params.outputs; c++) { top = max(top, z[at + c]); }
    for (var c = 0u; c < params.outputs; c++) { total += exp1(z[at + c] - top); }
  }
  for (var c = 0u; c < params.outputs; c++) {
    let a = z[at + c];
    switch params.kind {
      case 1u: { out[to + c] = logistic1(a); }
      case 2u: { out[to + c] = exp1(a - top) / total; }
      default: { out[to + c] = a; }
    }
  }
}

// Steps on ratings. Needs factorize.wgsl.

@compute @workgroup_size(LANES)
fn factorize_squared(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  lane = local;
  let row = params.row + group.x;
  let column = column_of(row);
  if (!in_part(column)) { return; }
  let block = row * params.blocks + column;
  var loss = 0.0;
  for (var t = starts[block]; t < starts[block + 1u]; t++) {
    let entry = entries[t - params.e0];
    var score = dot_rows(p_row(entry.x), q_row(entry.y));
    if (lane == 0u) { score += params.mean + side[entry.x].x + side[item_side(entry.y)].x; }
    let e = bitcast<f32>(entry.z) - sum_lanes(vec4f(score)).x;
    let w = weight_of(entry);
    loss += w * e * e;
    move_rows(entry.x, entry.y, w * e, params.biases == 1u);
  }
  if (lane == 0u) { losses[row] += loss; }
}

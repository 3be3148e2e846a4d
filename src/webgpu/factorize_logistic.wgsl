// Steps on events: one towards 1, and towards 0 for sampled items, four at a time. Needs factorize.wgsl.

@compute @workgroup_size(LANES)
fn factorize_logistic(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  lane = local;
  let row = params.row + group.x;
  let column = column_of(row);
  if (!in_part(column)) { return; }
  let block = row * params.blocks + column;
  let first = starts[block];
  let n = starts[block + 1u] - first;
  var loss = 0.0;
  for (var t = 0u; t < n; t++) {
    let entry = entries[first + t - params.e0];
    let w = weight_of(entry);
    let user = entry.x;
    let pu = p_row(user);
    var part = dot_rows(pu, q_row(entry.y));
    if (lane == 0u) { part += side[user].x + side[item_side(entry.y)].x; }
    let score = sum_lanes(vec4f(part)).x;
    loss += w * softplus_of_minus(score);
    move_rows(user, entry.y, w * logistic1(-score), true);

    for (var s = 0u; s < params.samples; s += 4u) {
      // Items that the user has, and places beyond the last sample, become the entry's own item without a step.
      var items = vec4u(entry.y);
      var valid = vec4f();
      for (var i = 0u; i < min(4u, params.samples - s); i++) {
        let item = sample(t * params.samples + s + i, stream_of(block), first, n, user);
        if (item >= 0) {
          items[i] = u32(item);
          valid[i] = 1.0;
        }
      }
      let steps = valid.x + valid.y + valid.z + valid.w;
      if (steps == 0.0) { continue; }
      let rows = vec4u(q_row(items.x), q_row(items.y), q_row(items.z), q_row(items.w));
      var parts = vec4f(dot_rows(pu, rows.x), dot_rows(pu, rows.y), dot_rows(pu, rows.z), dot_rows(pu, rows.w));
      if (lane == 0u) {
        let biases = vec4f(
          side[item_side(items.x)].x, side[item_side(items.y)].x, side[item_side(items.z)].x, side[item_side(items.w)].x,
        );
        parts += vec4f(side[user].x) + biases;
      }
      let scores = sum_lanes(parts);
      let e = -w * valid * vec4f(logistic1(scores.x), logistic1(scores.y), logistic1(scores.z), logistic1(scores.w));
      if (params.adagrad == 1u) {
        for (var i = 0u; i < 4u; i++) { if (valid[i] > 0.0) { move_rows(user, items[i], e[i], true); } }
        continue;
      }
      for (var k = lane; k < params.ld; k += LANES) {
        let x = p[pu + k];
        var moved = (1.0 - params.rate * params.l2 * steps) * x;
        for (var i = 0u; i < 4u; i++) {
          let y = q[rows[i] + k];
          q[rows[i] + k] = (1.0 - params.rate * params.l2 * valid[i]) * y + params.rate * e[i] * x;
          moved += params.rate * e[i] * y;
        }
        p[pu + k] = moved;
      }
      if (lane == 0u) {
        side[user].x += params.rate * (e.x + e.y + e.z + e.w - steps * params.l2 * side[user].x);
        for (var i = 0u; i < 4u; i++) { move_bias(item_side(items[i]), params.rate, e[i], params.l2 * valid[i]); }
      }
    }
  }
  if (lane == 0u) { losses[row] += loss; }
}

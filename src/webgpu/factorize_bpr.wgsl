// Steps on pairs of an event's item and a sampled one (Rendle et al., 2009), by the tournament of item groups that
// programs/factorize.ts describes. Needs factorize.wgsl; q is whole.

// Who meets whom in a round: see `partners` there.
fn partner(c: u32) -> u32 {
  let n = params.blocks;
  let round = params.bpr_round;
  if (round == n - 1u) { return c; }
  if (c == n - 1u) { return round; }
  if (c == round) { return n - 1u; }
  return (2u * round + 2u * (n - 1u) - c) % (n - 1u);
}

fn compare(block: u32, other: u32) -> f32 {
  let first = starts[block];
  let n = starts[block + 1u] - first;
  var start = starts[other];
  var m = starts[other + 1u] - start;
  if (m == 0u) {
    start = first;
    m = n;
  }
  var loss = 0.0;
  for (var t = 0u; t < n; t++) {
    let entry = entries[first + t - params.e0];
    let user = entry.x;
    let j = sample(t, stream_of(block), start, m, user);
    if (j < 0) { continue; }
    let pu = p_row(user);
    let qi = q_row(entry.y);
    let qj = q_row(u32(j));
    let si = item_side(entry.y);
    let sj = item_side(u32(j));
    var sums = vec4f();
    if (lane == 0u) { sums = vec4f(side[si].x - side[sj].x, side[user].y, side[si].y, side[sj].y); }
    for (var k = lane; k < params.ld; k += LANES) { sums.x = fma(p[pu + k], q[qi + k] - q[qj + k], sums.x); }
    sums = sum_lanes(sums);
    let w = weight_of(entry);
    loss += w * softplus_of_minus(sums.x);
    let e = w * logistic1(-sums.x);
    let rates = select(vec3f(params.rate), params.rate / sqrt(sums.yzw), params.adagrad == 1u);
    var added = vec4f();
    for (var k = lane; k < params.ld; k += LANES) {
      let a = p[pu + k];
      let b = q[qi + k];
      let c = q[qj + k];
      let da = e * (b - c) - params.l2 * a;
      let db = e * a - params.l2 * b;
      let dc = -(e * a + params.l2 * c);
      added += vec4f(da * da, db * db, dc * dc, 0.0);
      p[pu + k] = a + rates.x * da;
      q[qi + k] = b + rates.y * db;
      q[qj + k] = c + rates.z * dc;
    }
    if (params.adagrad == 1u) {
      let squares = sum_lanes(added) / f32(params.ld);
      if (lane == 0u) {
        side[user].y += squares.x;
        side[si].y += squares.y;
        side[sj].y += squares.z;
      }
    }
    if (lane == 0u) {
      move_bias(si, rates.y, e, params.l2);
      move_bias(sj, rates.z, -e, params.l2);
    }
  }
  return loss;
}

@compute @workgroup_size(LANES)
fn factorize_bpr(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  lane = local;
  let column = group.x;
  let other = partner(column);
  let row = (column + params.step) % params.blocks;
  if (other < column || row - params.row >= params.columns) { return; }
  var loss = compare(row * params.blocks + column, row * params.blocks + other);
  if (other != column) { loss += compare(row * params.blocks + other, row * params.blocks + column); }
  if (lane == 0u) { losses[column] += loss; }
}

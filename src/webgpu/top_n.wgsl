// The n largest of a row's scores, exact, as the scores arrive in pieces: values f32[rows, n] and ids i32[rows, n], descending, take in
// scores f32[rows, ld], columns 0 ... count - 1, whose ids are first, first + 1, ... Of equal scores the lower id comes first. As in
// assembly/top.ts; here a workgroup of 64 looks for the next best n times, among the old ones and the new. Needs top.wgsl.

struct Params { n: u32, count: u32, ld: u32, first: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> ids: array<i32>;
@group(0) @binding(3) var<storage, read> scores: array<f32>;
@group(0) @binding(4) var<storage, read> old_values: array<f32>;
@group(0) @binding(5) var<storage, read> old_ids: array<i32>;

struct Candidate { score: f32, id: i32 }
var<workgroup> best: array<Candidate, 64>;

fn before(a: Candidate, b: Candidate) -> bool {
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

@compute @workgroup_size(64)
fn top_n(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  let none = Candidate(ABSENT, 0x7fffffff);
  var last = Candidate(3.4028234e38, -2);
  for (var place = 0u; place < params.n; place++) {
    var mine = none;
    for (var t = local; t < params.n; t += 64u) {
      let c = Candidate(old_values[row * params.n + t], old_ids[row * params.n + t]);
      if (c.score > LOWEST && before(last, c) && before(c, mine)) { mine = c; }
    }
    for (var t = local; t < params.count; t += 64u) {
      let c = Candidate(scores[row * params.ld + t], i32(params.first + t));
      if (c.score > LOWEST && before(last, c) && before(c, mine)) { mine = c; }
    }
    best[local] = mine;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half >>= 1u) {
      if (local < half && before(best[local + half], best[local])) { best[local] = best[local + half]; }
      workgroupBarrier();
    }
    last = best[0];
    if (local == 0u) {
      values[row * params.n + place] = last.score;
      ids[row * params.n + place] = select(last.id, -1, last.score < LOWEST);
    }
    workgroupBarrier();
  }
}

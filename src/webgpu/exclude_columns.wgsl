// scores f32[rows, ld] = ABSENT at the columns that a row leaves out: exclude[offsets[r]] ... exclude[offsets[r + 1] - 1], of which
// those from first to first + count - 1 stand in this matrix. One workgroup a row. Needs top.wgsl.

struct Params { rows: u32, ld: u32, first: u32, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;
@group(0) @binding(2) var<storage, read> exclude: array<u32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;

@compute @workgroup_size(64)
fn exclude_columns(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.x;
  for (var t = offsets[row] + local; t < offsets[row + 1u]; t += 64u) {
    let column = exclude[t] - params.first;
    if (column < params.count) { scores[row * params.ld + column] = ABSENT; }
  }
}

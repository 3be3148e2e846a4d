// out u32[rows, ld] = the words of rows index[from], index[start + 1], ... of x u32[.., ld], which holds rows first ... first + count - 1
// of the matrix; the others are left as they are, for the call with their part. As in assembly/rows.ts.

struct Params { rows: u32, ld: u32, start: u32, first: u32, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<u32>;
@group(0) @binding(3) var<storage, read> index: array<u32>;

@compute @workgroup_size(64)
fn gather_rows(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var t = id.x; t < params.rows * params.ld; t += 64u * groups.x) {
    let row = index[params.start + t / params.ld] - params.first;
    if (row < params.count) { out[t] = x[row * params.ld + t % params.ld]; }
  }
}

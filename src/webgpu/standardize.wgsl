// From columns to rows: tile f32[rows, stride(inputs)] = columns f32[inputs, pitch], transposed, with zeros behind the last column.
// (assembly/standardize.ts standardizes on the way; the programs here are given standardized columns.) Needs shapes.wgsl.

struct Params { rows: u32, inputs: u32, pitch: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> tile: array<f32>;
@group(0) @binding(2) var<storage, read> columns: array<f32>;

var<workgroup> square: array<f32, 272>;

@compute @workgroup_size(16, 16)
fn standardize(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let ld = stride(params.inputs);
  let row = group.x * 16u + local.x;
  let column = group.y * 16u + local.y;
  if (row < params.rows && column < params.inputs) { square[local.y * 17u + local.x] = columns[column * params.pitch + row]; }
  else { square[local.y * 17u + local.x] = 0.0; }
  workgroupBarrier();
  let to_row = group.x * 16u + local.y;
  let to_column = group.y * 16u + local.x;
  if (to_row < params.rows && to_column < ld) { tile[to_row * ld + to_column] = square[local.x * 17u + local.y]; }
}

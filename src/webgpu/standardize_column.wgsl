// out f32[columns, pitch] = (x - mean) / scale for columns of that shape, a missing x (NaN) replaced by the fill value, which may be
// NaN; or the inverse, x scale + mean. parameters f32[columns, 4] = (high, low, 1 / scale, fill) as in assembly/standardize.ts.

struct Params { rows: u32, pitch: u32, inverse: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4u>;

fn is_nan(word: u32) -> bool { return (word & 0x7fffffffu) > 0x7f800000u; }

@compute @workgroup_size(256)
fn standardize_column(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let p = parameters[id.y];
  let low = bitcast<f32>(p.y);
  let high = bitcast<f32>(p.x);
  for (var i = id.x; i < params.rows; i += 256u * groups.x) {
    let at = id.y * params.pitch + i;
    var word = columns[at];
    if (params.inverse == 0u && is_nan(word)) { word = p.w; }
    if (!is_nan(word)) {
      let x = bitcast<f32>(word);
      if (params.inverse == 0u) {
        word = bitcast<u32>((x - high - low) * bitcast<f32>(p.z));
      } else {
        word = bitcast<u32>(x / bitcast<f32>(p.z) + low + high);
      }
    }
    out[at] = word;
  }
}

// The sum of one number of each of a workgroup's 256 invocations, in a fixed order; every invocation gets it.

var<workgroup> addends: array<f32, 256>;

fn sum_of(value: f32, local: u32) -> f32 {
  workgroupBarrier();
  addends[local] = value;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half >>= 1u) {
    if (local < half) { addends[local] += addends[local + half]; }
    workgroupBarrier();
  }
  return addends[0];
}

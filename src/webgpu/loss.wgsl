// What the three kernels of losses share: z and dz are the network's raw output and the gradient by it, y holds f32 targets or labels, and
// losses[batch] takes the sum of the losses. One workgroup. `classes` is read by softmax_loss alone. Needs sum.wgsl.

struct Params { rows: u32, batch: u32, classes: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> dz: array<f32>;
@group(0) @binding(2) var<storage, read> z: array<f32>;
@group(0) @binding(3) var<storage, read> y: array<u32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

fn add_up(sum: f32, local: u32) {
  let total = sum_of(sum, local);
  if (local == 0u) { losses[params.batch] = total; }
}

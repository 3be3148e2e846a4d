/**
 * Integrated gradients of a network's raw outputs z, or of a weighted sum of them (Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks",
 * 2017), by secants: along the straight line from a baseline x0 to a row x1, cut into segments, the slope of every hidden
 * unit is the chord of its activation over the segment (assembly/activation.ts, secant_backward).
 *
 *     contributionᵢ = Σ over segments  Δxᵢ · (W₀ · diag(s₁) · W₁ · diag(s₂) …)ᵢ
 *
 * Chords telescope, so the contributions sum to z(x1) − z(x0) for any number of segments, up to rounding. For one hidden
 * layer a single segment is exact: its pre-activations are linear along the line, and the chord is the mean of f′.
 */
import { type Kernels, stride } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import { ACTIVATIONS, ForwardPass, type Network } from './network.js';

/** Segments for networks of more than one hidden layer. */
const SEGMENTS = 16;

export interface ExplainArgs {
  network: Network;
  parameters: number;
  /** f32[rows, stride(inputs)] */
  x: number;
  /** f32[stride(inputs)], the baseline row */
  baseline: number;
  /** f32[rows, stride(outputs)]: the weight of each output in the sum that is explained */
  direction: number;
  /** i32[inputs]: the group (source column) of each input */
  group: number;
  groups: number;
  rows: number;
  /** out f32[rows, groups] (dense) */
  out: number;
  /** explainScratch(…) bytes */
  scratch: number;
}

function buffers(kernels: Kernels, { network, parameters, rows, groups }: Omit<ExplainArgs, 'scratch'>, base: number) {
  const layout = new Layout(base);
  const { sizes } = network;
  const input = () => layout.take(rows * stride(sizes[0]) * 4);
  const hidden = () => sizes.slice(1, -1).map((units) => layout.take(rows * stride(units) * 4));
  return {
    pass: new ForwardPass(kernels, network, parameters, layout, rows),
    points: [input(), input()],
    // pre-activations and activations of both ends of a segment
    ends: [
      { a: hidden(), h: hidden() },
      { a: hidden(), h: hidden() },
    ],
    deltas: hidden(),
    dx: input(),
    transposed: layout.take(Math.max(...sizes.slice(1).map((u, l) => u * stride(sizes[l]) + 8 * u)) * 4),
    sums: layout.take(groups * 8),
    layout,
  };
}

/** Bytes of scratch that `explain` needs. */
export const explainScratch = (kernels: Kernels, args: Omit<ExplainArgs, 'scratch'>) => buffers(kernels, args, 0).layout.bytes;

export function explain(kernels: Kernels, args: ExplainArgs): void {
  const { network, rows, groups } = args;
  const { sizes } = network;
  const b = buffers(kernels, args, args.scratch);
  const layers = sizes.length - 1;
  const code = ACTIVATIONS.indexOf(network.activation);
  const segments = layers > 2 ? SEGMENTS : 1;
  const ld = stride(sizes[0]);

  const forward = (x: number, { a, h }: (typeof b.ends)[0]) => {
    let input = x;
    for (let l = 0; l + 1 < layers; l++) {
      kernels.dense_forward(a[l], input, b.pass.weights(l), b.pass.biases(l), b.pass.scratch, rows, sizes[l], sizes[l + 1], 0);
      kernels.activate(h[l], a[l], rows, sizes[l + 1], code);
      input = h[l];
    }
  };

  let [x0, x1] = b.points;
  let [from, to] = b.ends;
  kernels.interpolate_rows(x0, args.x, args.baseline, rows, ld, 0);
  forward(x0, from);
  for (let s = 1; s <= segments; s++) {
    kernels.interpolate_rows(x1, args.x, args.baseline, rows, ld, s / segments);
    forward(x1, to);
    let delta = args.direction;
    for (let l = layers - 1; l >= 0; l--) {
      const [inputs, units] = [sizes[l], sizes[l + 1]];
      let w = b.pass.weights(l);
      if (units > 1) {
        kernels.dense_transpose(b.transposed, w, inputs, units);
        w = b.transposed;
      }
      const target = l === 0 ? b.dx : b.deltas[l - 1];
      kernels.dense_backward_input(target, delta, w, target, b.pass.scratch, rows, inputs, units, 0);
      if (l === 0) break;
      kernels.secant_backward(target, to.a[l - 1], to.h[l - 1], from.a[l - 1], from.h[l - 1], rows, inputs, code);
      delta = target;
    }
    kernels.fold_contributions(args.out, b.dx, x1, x0, args.group, b.sums, rows, sizes[0], groups, ld, 0, s > 1 ? 1 : 0);
    [x0, x1] = [x1, x0];
    [from, to] = [to, from];
  }
}

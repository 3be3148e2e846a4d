/**
 * Integrated gradients of a network's raw outputs z, or of a weighted sum of them (Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks",
 * 2017), by secants: along the straight line from a baseline x0 to a row x1, cut into segments, the slope of every hidden
 * unit is the chord of its activation over the segment (assembly/activation.ts, secant_backward).
 *
 *     contributionᵢ = Σ over segments  Δxᵢ · (W₀ · diag(s₁) · W₁ · diag(s₂) …)ᵢ
 *
 * Chords telescope, so the contributions sum to z(x1) − z(x0) for any number of segments, up to rounding. For one hidden
 * layer a single segment is exact: its pre-activations are linear along the line, and the chord is the mean of f′.
 *
 * The first layer is linear in the row, so that its pre-activations are interpolated, and what comes back to it is averaged over the
 * segments before it goes on to the row: no segment has work to do in the first layer, often the largest.
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
  /** segments of the path; default 16, and 1 for one hidden layer */
  segments?: number;
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
  const first = () => layout.take(rows * stride(sizes[1]) * 4);
  return {
    pass: new ForwardPass(kernels, network, parameters, layout, rows),
    points: [input(), input()],
    /** pre-activations of the first layer at both ends of the line */
    lines: [first(), first()],
    // pre-activations and activations of both ends of a segment
    ends: [
      { a: hidden(), h: hidden() },
      { a: hidden(), h: hidden() },
    ],
    deltas: hidden(),
    mean: first(),
    dx: input(),
    transposed: sizes.slice(1).map((u, l) => layout.take((u * stride(sizes[l]) + 8 * u) * 4)),
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
  const segments = layers > 2 ? (args.segments ?? SEGMENTS) : 1;
  const ld = stride(sizes[0]);

  const transposed = sizes.slice(1).map((units, l) => {
    if (units === 1) return b.pass.weights(l);
    kernels.dense_transpose(b.transposed[l], b.pass.weights(l), sizes[l], units);
    return b.transposed[l];
  });
  const dense = (l: number, out: number, x: number) =>
    kernels.dense_forward(out, x, b.pass.weights(l), b.pass.biases(l), b.pass.scratch, rows, sizes[l], sizes[l + 1], 0);
  const back = (l: number, out: number, delta: number) =>
    kernels.dense_backward_input(out, delta, transposed[l], out, b.pass.scratch, rows, sizes[l], sizes[l + 1], 0);
  /** Pre-activations and activations of all hidden layers, from those of the first. */
  const forward = ({ a, h }: (typeof b.ends)[0]) => {
    for (let l = 0; l + 1 < layers; l++) {
      if (l > 0) dense(l, a[l], h[l - 1]);
      kernels.activate(h[l], a[l], rows, sizes[l + 1], code);
    }
  };

  const [x0, x1] = b.points;
  kernels.interpolate_rows(x0, args.x, args.baseline, rows, ld, 0);
  kernels.interpolate_rows(x1, args.x, args.baseline, rows, ld, 1);
  let delta = args.direction;
  if (layers > 1) {
    const [start, end] = b.lines;
    dense(0, start, x0);
    dense(0, end, x1);
    let from = { ...b.ends[0], a: [start, ...b.ends[0].a.slice(1)] };
    let to = b.ends[1];
    forward(from);
    for (let s = 1; s <= segments; s++) {
      if (s === segments) to = { ...to, a: [end, ...to.a.slice(1)] };
      else kernels.interpolate_rows(to.a[0], end, start, rows, stride(sizes[1]), s / segments);
      forward(to);
      delta = args.direction;
      for (let l = layers - 1; l > 0; l--) {
        const target = b.deltas[l - 1];
        back(l, target, delta);
        kernels.secant_backward(target, to.a[l - 1], to.h[l - 1], from.a[l - 1], from.h[l - 1], rows, sizes[l], code);
        delta = target;
      }
      // The mean so far: as one row, between what it was and the new one.
      if (segments > 1) kernels.interpolate_rows(b.mean, delta, s === 1 ? delta : b.mean, 1, rows * stride(sizes[1]), 1 / s);
      // What the first end of the line stood in is not written to again.
      [from, to] = [to, s === 1 ? b.ends[0] : from];
    }
    if (segments > 1) delta = b.mean;
  }
  back(0, b.dx, delta);
  kernels.fold_contributions(args.out, b.dx, x1, x0, args.group, b.sums, rows, sizes[0], groups, ld, 0, 0);
}

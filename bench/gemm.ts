/** The matrix product 768×256×768 on one thread, against the machine's own multiply-add ceiling. */
import { createEngine } from '../src/index.js';
import { fill, seconds } from './support.js';

const [M, K, N] = [768, 256, 768];

export async function gemm(): Promise<void> {
  await using engine = await createEngine({ threads: 0 });
  const { kernels } = engine;
  using x = engine.allocate(M * K * 4);
  using w = engine.allocate(kernels.dense_weights(K, N) * 4);
  using bias = engine.allocate(N * 4);
  using out = engine.allocate(M * N * 4);
  using scratch = engine.allocate(kernels.gemm_scratch(K) * 4);
  fill([engine.f32(x.offset, M * K), engine.f32(w.offset, K * N), engine.f32(bias.offset, N)]);
  const flops = 2 * M * K * N;
  const product = () => kernels.dense_forward(out.offset, x.offset, w.offset, bias.offset, scratch.offset, M, K, N, 0);
  const steps = Math.round(flops / 96);
  const peak = () => kernels.madd_peak(steps, 1e-3, 1e-3);
  // Measured in turns, each the best of its rounds: the ceiling moves with the machine's clock.
  const best = { product: Number.POSITIVE_INFINITY, peak: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 10; round++) {
    best.product = Math.min(best.product, await seconds(product, 20));
    best.peak = Math.min(best.peak, (await seconds(peak, 20)) * (flops / (steps * 96)));
  }
  const share = best.peak / best.product;
  const rate = (s: number) => `${(flops / s / 1e9).toFixed(1)} GFLOPS`;
  console.log(
    `${'GEMM 768×256×768, one thread'.padEnd(48)} ${rate(best.product)}, ceiling ${rate(best.peak)}   ` +
      `${(share * 100).toFixed(0)} % of the ceiling, at least 85: ${share >= 0.85 ? 'yes' : 'NO'}`,
  );
}

/** The score that early stopping goes by. */
import { argmax, square } from '../../math.js';
import { r2 } from '../../metrics/regression.js';
import { stride } from '../../wasm/kernels.js';
import type { Network } from './network.js';

/** Accuracy of a classifier, R² of a regressor, on the held-out rows as they come. */
export class HeldScore {
  #good = 0;
  #sum = 0;
  #squares = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;

  /** @param rows how many there will be */
  constructor(
    private readonly network: Network,
    private readonly rows: number,
  ) {}

  /** @param z raw outputs f32[rows, stride(outputs)] and y f32[rows], or labels of 32 bits in it */
  add(z: Float32Array, y: Float32Array): void {
    const { output, sizes } = this.network;
    if (output === 'softmax') {
      const classes = sizes[sizes.length - 1];
      const labels = new Int32Array(y.buffer, y.byteOffset, y.length);
      for (let r = 0; r < y.length; r++) this.#good += Number(argmax(z, r * stride(classes), classes) === labels[r]);
      return;
    }
    for (let r = 0; r < y.length; r++) {
      if (output === 'logistic') this.#good += Number(z[r] > 0 === y[r] > 0.5);
      else this.#good += square(z[r] - y[r]);
      this.#sum += y[r];
      this.#squares += square(y[r]);
      this.#least = Math.min(this.#least, y[r]);
      this.#most = Math.max(this.#most, y[r]);
    }
  }

  value(): number {
    if (this.network.output !== 'identity') return this.#good / this.rows;
    // Equal ends tell a constant truth: the difference of sums below is rounded and seldom 0.
    const constant = this.#least === this.#most;
    return r2(this.#good, constant ? 0 : this.#squares - square(this.#sum) / this.rows);
  }
}

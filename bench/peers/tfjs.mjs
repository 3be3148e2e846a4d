// Scores of single rows by tfjs: argv sizes (JSON). Prints { backend: scores a second } for each backend that loads. The rows are given
// encoded, in its favour; the weights do not matter to the time.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const sizes = JSON.parse(process.argv[2]);
const require = createRequire(resolve('build/peers/package.json'));
const tf = require('@tensorflow/tfjs-core');
const found = {};
for (const backend of ['cpu', 'wasm']) {
  try {
    require(`@tensorflow/tfjs-backend-${backend}`);
    await tf.setBackend(backend);
    await tf.ready();
    const layers = sizes.slice(1).map((units, l) => [tf.randomNormal([sizes[l], units]), tf.randomNormal([units])]);
    const row = new Float32Array(sizes[0]).fill(0.1);
    const score = () =>
      tf.tidy(() => {
        let h = tf.tensor2d(row, [1, sizes[0]]);
        layers.forEach(([w, b], l) => {
          h = tf.add(tf.matMul(h, w), b);
          h = l + 1 < layers.length ? tf.relu(h) : tf.sigmoid(h);
        });
        return h.dataSync()[0];
      });
    let best = 0;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      for (let i = 0; i < 2000; i++) score();
      best = Math.max(best, 2000 / ((performance.now() - start) / 1000));
    }
    found[backend] = best;
  } catch (error) {
    console.error(backend, error.message);
  }
}
console.log(JSON.stringify(found));
process.exit(0);

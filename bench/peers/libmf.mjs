// The npm package `libmf` on the ratings of a file: seconds of fitting and the test error. Started by bench/libmf.ts.
//   node libmf.mjs FOLDER_OF_THE_PACKAGE JOB.json
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , folder, file] = process.argv;
const { Loss, Matrix, Model } = await import(pathToFileURL(createRequire(`${folder}/`).resolve('libmf')).href);
const job = JSON.parse(readFileSync(file, 'utf8'));
const bytes = readFileSync(job.ratings);
const read = (Type, first, count) => new Type(bytes.buffer, bytes.byteOffset + first * 4, count);
const n = job.train + job.test;
const [users, items, values] = [read(Int32Array, 0, n), read(Int32Array, n, n), read(Float32Array, 2 * n, n)];
const data = new Matrix();
for (let t = 0; t < job.train; t++) data.push(users[t], items[t], values[t]);
const results = job.runs.map(({ iterations, threads }) => {
  const options = { loss: Loss.REAL_L2, factors: job.rank, iterations, threads, quiet: true };
  const model = new Model({ ...options, learningRate: job.rate, lambdaP2: job.lambda, lambdaQ2: job.lambda });
  const start = performance.now();
  model.fit(data);
  const seconds = (performance.now() - start) / 1000;
  const [p, q, bias] = [model.p(), model.q(), model.bias()];
  let sum = 0;
  for (let t = job.train; t < n; t++) {
    let score = p[users[t]] && q[items[t]] ? 0 : bias;
    if (score === 0) for (let k = 0; k < job.rank; k++) score += p[users[t]][k] * q[items[t]][k];
    sum += (values[t] - score) ** 2;
  }
  model.destroy();
  return { seconds, rmse: Math.sqrt(sum / job.test) };
});
console.log(JSON.stringify(results));

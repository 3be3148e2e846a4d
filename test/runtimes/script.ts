/** Answers in Node, Deno or Bun: reads the files named by its arguments and prints one line of JSON. */
import { readFile } from 'node:fs/promises';
import { answer } from './answer.js';

const [folder, kernels] = process.argv.slice(2);
const read = (name: string) => readFile(`${folder}/${name}`);
const [model, events, wasm] = await Promise.all([read('model.cameo'), read('events.cameo'), readFile(kernels)]);
const { rows, users, items } = JSON.parse(await readFile(`${folder}/question.json`, 'utf8'));
console.log(JSON.stringify(await answer({ model, events, rows, users, items }, () => wasm)));

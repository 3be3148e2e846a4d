// Gets the peers of the benchmarks into build/peers, which git ignores: a Python environment, npm packages, and LIBMF built for
// this machine's AVX. What cannot be had is said and left out; the benchmarks then do without it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve('build/peers');
const python = join(folder, 'venv/bin/python');
const PYTHON = ['numpy', 'scikit-learn', 'pandas', 'pyarrow', 'scipy', 'implicit', 'onnx', 'lightgbm', 'xgboost-cpu'];
const NPM = [
  'libmf',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  'onnxruntime-web',
  'onnxruntime-node',
  'ml-matrix',
];

const run = (program, ...args) => execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
function get(what, there, work) {
  if (existsSync(there)) return console.log(`${what}: there`);
  try {
    work();
    console.log(`${what}: installed`);
  } catch (error) {
    console.log(
      `${what}: not to be had (${String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1)})`,
    );
  }
}

mkdirSync(folder, { recursive: true });
if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
get('Python', join(folder, 'venv/lib'), () => run('python3', '-m', 'venv', 'venv'));
const site = (venv = 'venv') =>
  readdirSync(join(folder, venv, 'lib')).map((version) => join(folder, venv, 'lib', version, 'site-packages'))[0];
for (const name of PYTHON) {
  const module = { 'scikit-learn': 'sklearn', 'xgboost-cpu': 'xgboost' }[name] ?? name;
  get(`Python package ${name}`, join(site(), module), () => run(python, '-m', 'pip', 'install', '--quiet', name));
}
// In an environment of its own, since it brings some thirty packages.
get('Python for pgmpy', join(folder, 'venv-pgmpy/lib'), () => run('python3', '-m', 'venv', 'venv-pgmpy'));
get('Python package pgmpy', join(site('venv-pgmpy'), 'pgmpy'), () =>
  run(join(folder, 'venv-pgmpy/bin/python'), '-m', 'pip', 'install', '--quiet', 'pgmpy'),
);
for (const name of NPM)
  get(`npm package ${name}`, join(folder, 'node_modules', name), () =>
    run('npm', 'install', '--silent', '--ignore-scripts', name),
  );
get('LIBMF built for AVX', join(folder, 'libmf'), () => {
  run(python, '-m', 'pip', 'download', '--quiet', '--no-deps', '--no-binary', ':all:', 'libmf==0.9.2');
  run(
    'tar',
    'xzf',
    readdirSync(folder).find((file) => /^libmf-.*\.tar\.gz$/.test(file)),
  );
  const sources = join(folder, 'libmf-0.9.2/src_cpp');
  const flags = [
    '-include',
    'string',
    '-include',
    'algorithm',
    '-std=c++14',
    '-O3',
    '-march=native',
    '-mavx',
    '-DUSEAVX',
    '-DUSEOMP',
    '-fopenmp',
    `-I${sources}`,
  ];
  run('g++', ...flags, '-o', 'libmf', resolve('bench/peers/libmf.cpp'), join(sources, 'mf.cpp'));
});

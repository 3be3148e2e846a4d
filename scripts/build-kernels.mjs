// Compiles the kernels: four builds (asconfig.json) of two modules into dist/kernels/. assembly/index.ts is what answers, simd.wasm and its
// like, and assembly/training.ts what trains, simd-training.wasm. Fails when a binary has a data section (every instance would write it
// again over a shared memory) or has 40 kB, and prints the sizes. Beside them stands what `import wasm from 'cameo/kernels/simd.wasm'`
// gives, for TypeScript.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const LIMIT = 40_000;
/** What the name of a module's file ends with, after that of its build. */
const MODULES = { index: '', training: '-training' };
const DATA_SECTION = 11;

/** The ids of a WebAssembly binary's sections: after 8 bytes of header, each is an id, a LEB128 size, a body. */
function sections(bytes) {
  const ids = [];
  for (let at = 8; at < bytes.length; ) {
    ids.push(bytes[at++]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    at += size;
  }
  return ids;
}

const { targets } = JSON.parse(readFileSync('asconfig.json', 'utf8'));
rmSync('dist', { recursive: true, force: true }); // what was renamed must not be run again
mkdirSync('dist/kernels', { recursive: true });
for (const [target, { outFile: answering }] of Object.entries(targets)) {
  for (const [module, suffix] of Object.entries(MODULES)) {
    const outFile = answering.replace('.wasm', `${suffix}.wasm`);
    // AS112 warns that JavaScript cannot call functions of v128; only other kernels do.
    const options = ['--target', target, '--outFile', outFile, '--disableWarning', '112'];
    const { error, stderr } = await asc.main([`assembly/${module}.ts`, ...options]);
    const messages = stderr.toString();
    if (messages) process.stderr.write(messages);
    if (error) throw error;
    const bytes = readFileSync(outFile);
    if (sections(bytes).includes(DATA_SECTION)) throw new Error(`${outFile} has a data section`);
    if (bytes.length >= LIMIT) throw new Error(`${outFile} is ${bytes.length} bytes, the limit is ${LIMIT}`);
    console.log(`${outFile} ${(bytes.length / 1000).toFixed(1)} kB`);
  }
}
writeFileSync('dist/kernels/kernels.d.ts', 'declare const kernels: WebAssembly.Module;\nexport default kernels;\n');

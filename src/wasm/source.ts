/** Compiled kernels from whatever a runtime has at hand, with errors that say what came in their place and from where. */
import { errors } from '../errors.js';

/**
 * A compiled module (the only form that workerd takes), its bytes, a URL, a response, or a promise of one of them. Node, Deno and Bun
 * read `file:` URLs through `fetch` where they can; give the bytes where they cannot.
 */
export type WasmSource = WasmInput | Promise<WasmInput>;
type WasmInput = WebAssembly.Module | ArrayBufferView | ArrayBuffer | URL | string | Response;

const MAGIC = [0, 97, 115, 109];
/** A kernel that only the module has which answers, and one that only the module has which trains. */
const OWN = { answering: 'fold_contributions', training: 'adam' };

/**
 * @param part which of a build's two modules it must be
 * @throws CameoError 'runtime' for what is no WebAssembly module of cameo's
 */
export async function compileKernels(source: WasmSource, part: keyof typeof OWN = 'answering'): Promise<WebAssembly.Module> {
  const { module, from } = await compiled(source);
  const memory = WebAssembly.Module.imports(module).some(({ kind, name }) => kind === 'memory' && name === 'memory');
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!memory || !names.has('relaxed') || !Object.values(OWN).some((name) => names.has(name)))
    throw errors.kernels(from, 'is a WebAssembly module, but not the kernels of this version of cameo');
  if (!names.has(OWN[part]))
    throw errors.kernels(from, part === 'answering' ? 'holds only those that train' : 'holds only those that answer');
  return module;
}

interface Compiled {
  module: WebAssembly.Module;
  /** where it came from */
  from: string;
}

async function compiled(source: WasmSource): Promise<Compiled> {
  const given = await source;
  // By name: a module or buffer of another realm (a VM's, a frame's) is no instance of ours.
  const kind = Object.prototype.toString.call(given);
  if (kind === '[object WebAssembly.Module]') return { module: given as WebAssembly.Module, from: 'the module given' };
  if (typeof given === 'string' || kind === '[object URL]') {
    const url = String(given);
    let response: Response;
    try {
      response = await fetch(url);
    } catch (cause) {
      throw errors.kernels(url, `could not be fetched (${(cause as Error).message})`, cause);
    }
    return compileResponse(response, url);
  }
  if (typeof Response !== 'undefined' && given instanceof Response)
    return compileResponse(given, given.url || 'the response given');
  if (ArrayBuffer.isView(given)) {
    return compileBytes(new Uint8Array(given.buffer, given.byteOffset, given.byteLength), 'the bytes given');
  }
  if (kind === '[object ArrayBuffer]') return compileBytes(new Uint8Array(given as ArrayBuffer), 'the bytes given');
  throw errors.option('wasm', 'a WebAssembly.Module, bytes, a URL or a Response', given === null ? 'null' : typeof given);
}

async function compileResponse(response: Response, from: string) {
  if (!response.ok) throw errors.kernels(from, `answered with status ${response.status}`);
  return compileBytes(new Uint8Array(await response.arrayBuffer()), from);
}

async function compileBytes(bytes: Uint8Array, from: string): Promise<Compiled> {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    const text = new TextDecoder().decode(bytes.slice(0, 64)).trimStart();
    const what = bytes.length === 0 ? 'nothing' : text.startsWith('<') ? 'an HTML page' : 'something else';
    throw errors.kernels(from, `is ${what} (${bytes.length} bytes) and no WebAssembly module`);
  }
  try {
    return { module: await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>), from };
  } catch (cause) {
    if (!(cause instanceof WebAssembly.CompileError)) throw cause;
    throw errors.kernels(from, `does not compile (${bytes.length} bytes; was it cut short?)`, cause);
  }
}

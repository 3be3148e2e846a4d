/** Cloudflare's runtime, started with modules and asked over HTTP. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, freePort } from './server.js';

/** How workerd holds a module, by the ending of its name. */
const KIND: Record<string, string> = { js: 'esModule', wasm: 'wasm', cameo: 'data', txt: 'text' };

/**
 * @param folder where the modules stand
 * @param modules their names, the entry first
 * @param bindings environment texts
 */
export async function startWorkerd(command: string, folder: string, modules: string[], bindings: Record<string, string> = {}) {
  const port = await freePort();
  const list = modules.map((name) => `(name = "${name}", ${KIND[name.split('.').at(-1) as string]} = embed "${name}")`);
  const texts = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`);
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${list.join(', ')}],
    bindings = [${texts.join(', ')}],
    compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
`,
  );
  const child = spawn(command, ['serve', 'config.capnp'], { cwd: folder, stdio: ['ignore', 'inherit', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(child, url, () => errors);
  return { url, close: () => child.kill('SIGKILL') };
}

/** Cloudflare's runtime, started with modules and asked over HTTP. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** How workerd holds a module, by the ending of its name. */
const KIND: Record<string, string> = { js: 'esModule', wasm: 'wasm', cameo: 'data', txt: 'text' };

/** A port that is free now. */
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

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
  for (let tries = 0; ; tries++) {
    const there = await fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
    if (there) break;
    if (tries === 100 || child.exitCode !== null) throw new Error(`workerd does not answer: ${errors}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, close: () => child.kill('SIGKILL') };
}

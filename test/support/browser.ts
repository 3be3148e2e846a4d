/** Chromium without a window, and a server for the files of this checkout. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** A browser with WebGPU on the processor, or undefined with the reason printed. */
export async function openBrowser(): Promise<Browser | undefined> {
  const executablePath = CHROMIUM.find(existsSync);
  if (!executablePath) {
    console.log('Chromium is not tested: it is not installed (Debian: apt-get install chromium)');
    return undefined;
  }
  const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  args.push('--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu');
  return chromium.launch({ executablePath, headless: true, args });
}

export interface Served {
  url: string;
  close(): void;
}

const IMPORTS = {
  tslib: '/node_modules/tslib/tslib.es6.mjs',
  valibot: '/node_modules/valibot/dist/index.mjs',
};
/** A page whose script imports what was built as it is, and packages from node_modules. */
export const modulePage = (title: string, script: string) => `<!doctype html><title>${title}</title>
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module">${script}</script>`;

/**
 * Serves a folder on this machine alone, and what is below /node_modules.
 * @param isolated with the headers that make a page cross-origin isolated, so that it may share memory
 */
export async function serve(folder: URL, isolated: boolean, pages: Record<string, string> = {}): Promise<Served> {
  const root = fileURLToPath(folder);
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    try {
      const from = path.startsWith('/node_modules/') ? process.cwd() : root;
      const body = pages[path] ?? (await readFile(join(from, normalize(path))));
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'text/html');
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The API's documentation page, with everything it needs from this server: no network beyond it. */

export const docsPath = '/api/docs';

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coterie API</title>
<link rel="stylesheet" href="${docsPath}/swagger-ui.css">
<div id="docs"></div>
<script src="${docsPath}/swagger-ui-bundle.js"></script>
<script src="${docsPath}/start.js"></script>
</html>
`;
const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true, docExpansion: 'none', filter: true, validatorUrl: null });\n`;

/** Own scripts only; Swagger UI sets inline styles and has its icons as data URLs. */
const csp = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export async function docs(path: string, root: string): Promise<Response | null> {
  const name = path.slice(docsPath.length).replace(/^\//, '');
  if (name === '') return answer(page, 'text/html; charset=utf-8');
  if (name === 'start.js') return answer(start, 'text/javascript');
  if (name !== 'swagger-ui.css' && name !== 'swagger-ui-bundle.js') return null;
  const file = assetFile(name, root);
  return file === null ? null : answer(await readFile(file), name.endsWith('.css') ? 'text/css' : 'text/javascript');
}

const answer = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
  new Response(body, { headers: { 'content-type': type, 'content-security-policy': csp, 'cache-control': type.startsWith('text/html') ? 'no-store' : 'public, max-age=3600' } });

/** Copied to public/docs by the build; from the package where nothing was built. */
function assetFile(name: string, root: string): string | null {
  const built = join(root, 'public/docs', name);
  if (existsSync(built)) return built;
  const packaged = join(dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')), name);
  return existsSync(packaged) ? packaged : null;
}

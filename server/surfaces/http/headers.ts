/** Headers on every answer of the API. Pages get theirs from the dashboard, which knows its nonces. */
export function secured(response: Response, { https }: { https: boolean }): Response {
  const { headers } = response;
  const add = (name: string, value: string) => {
    if (!headers.has(name)) headers.set(name, value);
  };
  add('x-content-type-options', 'nosniff');
  add('x-frame-options', 'DENY');
  add('referrer-policy', 'no-referrer');
  add('cross-origin-resource-policy', 'same-origin');
  add('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  add('cache-control', 'no-store');
  if (https) add('strict-transport-security', 'max-age=31536000');
  return response;
}

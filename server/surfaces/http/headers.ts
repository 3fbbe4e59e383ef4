import type { Told } from '~/link/asked.ts';

/** Headers on every answer of the API. Pages get theirs from the dashboard, which knows its nonces. */
const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};
const overHttps = { ...always, 'strict-transport-security': 'max-age=31536000' };

/** What the answer says itself stays. */
export function secured(answer: Response | Told, { https }: { https: boolean }): Response | Told {
  const added = https ? overHttps : always;
  if (!(answer instanceof Response)) return { ...answer, headers: { ...added, ...answer.headers } };
  for (const [name, value] of Object.entries(added)) if (!answer.headers.has(name)) answer.headers.set(name, value);
  return answer;
}

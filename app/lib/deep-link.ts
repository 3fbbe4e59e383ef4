/** Where to go after signing in. Only paths of this origin: a link must not lead a person elsewhere. */
const here = 'http://here.invalid';

export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/') || !URL.canParse(next, here)) return '/';
  const { origin, pathname, search, hash } = new URL(next, here);
  return origin !== here || /^\/(login|claim)\b/.test(pathname) ? '/' : `${pathname}${search}${hash}`;
}

export function loginPath(from: string): string {
  const next = safeNext(from);
  return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`;
}

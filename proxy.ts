import { NextResponse, type NextRequest } from 'next/server';

/**
 * Before each page: a content security policy with a fresh nonce, and visitors without a session cookie go to the
 * sign-in page. Whether the cookie is any good is for the server to say, at the first call.
 */
const sessionCookies = ['__Host-coterie', 'coterie'];
const openPages = ['/login', '/claim'];

export function proxy(request: NextRequest) {
  const { pathname, search } = request.nextUrl;
  const signedIn = sessionCookies.some((name) => request.cookies.has(name));
  if (!signedIn && !openPages.includes(pathname)) {
    const login = new URL('/login', request.url);
    if (pathname !== '/' || search !== '') login.searchParams.set('next', `${pathname}${search}`);
    return NextResponse.redirect(login);
  }
  const nonce = btoa(crypto.randomUUID());
  const policy = policyOf(nonce);
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  response.headers.set('referrer-policy', 'same-origin');
  response.headers.set('x-content-type-options', 'nosniff');
  return response;
}

function policyOf(nonce: string): string {
  const develop = process.env.NODE_ENV === 'production' ? '' : " 'unsafe-eval'";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${develop}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const config = { matcher: [{ source: '/((?!api|docs/|_next/static|_next/image|favicon.svg|logo.svg).*)' }] };

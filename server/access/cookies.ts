/** The session cookie. `__Host-` binds it to this host and to https; plain http on loopback cannot have that prefix. */
export type CookieOptions = { readonly secure: boolean };

export const cookieName = ({ secure }: CookieOptions) => (secure ? '__Host-coterie' : 'coterie');

export function sessionCookie(value: string, maxAgeSeconds: number, options: CookieOptions): string {
  return `${cookieName(options)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${options.secure ? '; Secure' : ''}`;
}

export const clearingCookie = (options: CookieOptions) => sessionCookie('', 0, options);

const headerCharsMax = 8192;

/** The value of our cookie in a `cookie` header. */
export function cookieIn(header: string | null, options: CookieOptions): string | null {
  if (header === null || header.length > headerCharsMax) return null;
  const prefix = `${cookieName(options)}=`;
  const pair = header.split(';').map((part) => part.trim()).find((part) => part.startsWith(prefix));
  return pair === undefined ? null : pair.slice(prefix.length);
}

/** Where etcd is and who we are there: checked once, here. */
import { readFileSync } from 'node:fs';

export type EtcdSettings = {
  /** `http://` or `https://`, host and port; all members that can be reached, so that any one may be lost. */
  readonly endpoints: readonly string[];
  /** Begins with a slash: `/coterie/main`. Each cluster has its own. */
  readonly prefix: string;
  readonly user?: string;
  readonly password?: string;
  readonly tls?: TlsFiles;
};

/** Paths of PEM files. `ca`: who signed the servers' certificates, the system's own list without it. */
export type TlsFiles = { readonly ca?: string; readonly cert?: string; readonly key?: string };

export type Tls = { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };

export type Etcd = {
  readonly endpoints: readonly URL[];
  /** Ends with a slash. */
  readonly prefix: string;
  readonly credentials: { readonly name: string; readonly password: string } | null;
  readonly tls: Tls;
};

/** Throws RangeError, or the file system's error. */
export function parseEtcd({ endpoints, prefix, user, password, tls = {} }: EtcdSettings): Etcd {
  if (endpoints.length === 0 || endpoints.length > 9) throw new RangeError('etcd needs one to nine endpoints');
  if (!/^(?:\/[A-Za-z0-9._:-]+)+\/?$/.test(prefix)) throw new RangeError(`not a prefix of etcd (as in /coterie/main): ${prefix}`);
  if ((user === undefined) !== (password === undefined)) throw new RangeError('etcd: a user needs a password, and a password a user');
  if ((tls.cert === undefined) !== (tls.key === undefined)) throw new RangeError('etcd: a certificate needs its key, and a key its certificate');
  return {
    endpoints: endpoints.map(endpointOf),
    prefix: prefix.endsWith('/') ? prefix : `${prefix}/`,
    credentials: user === undefined || password === undefined ? null : { name: user, password },
    tls: Object.fromEntries(Object.entries(tls).map(([name, path]) => [name, readFileSync(path)])),
  };
}

function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new RangeError('not an endpoint of etcd (as in https://10.0.0.1:2379)');
  // It would stand in every error and in the dashboard.
  if (url.username !== '' || url.password !== '') throw new RangeError('user and password are settings of their own, not part of an endpoint');
  if (url.pathname !== '/' || url.search !== '') throw new RangeError(`an endpoint of etcd has no path: ${url.origin}`);
  return url;
}

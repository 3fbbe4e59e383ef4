/** What the Configuration page shows, as its address says it. */
export type ConfigAddress = {
  /** null: the newest, also when a newer one comes. */
  readonly version: number | null;
  /** Compared with this one. */
  readonly from: number | null;
  readonly section: string | null;
};

export function addressFrom(params: URLSearchParams): ConfigAddress {
  return { version: numberIn(params.get('version')), from: numberIn(params.get('from')), section: params.get('section') };
}

const numberIn = (text: string | null) => (text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

export function withAddress(params: URLSearchParams, address: ConfigAddress): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [key, value] of Object.entries(address)) {
    if (value === null) next.delete(key);
    else next.set(key, String(value));
  }
  return next;
}

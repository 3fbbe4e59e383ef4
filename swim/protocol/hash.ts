/** Small non-cryptographic hashes: they spread choices and compare tables, and guard nothing against an attacker. */

/** FNV-1a over the characters, then mixed: 32 bits, unsigned. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}

export function combine(a: number, b: number): number {
  return mix(Math.imul(a, 0x9e3779b1) + b);
}

/** How big a configuration may be. Every agent keeps the whole of it, and a newly started one takes it over in one answer. */
export const limits = {
  instancesMax: 2000,
  replicasetsMax: 1000,
  /** Tarantool numbers the members of a replicaset from 1 to 31 in `_cluster`. */
  membersMax: 31,
  rolesMax: 64,
  groupsMax: 64,
  /** Users and roles of the database, together. */
  databaseNamesMax: 1000,
  /** Of one user or role. */
  privilegesMax: 1000,
  /** A hundred roles with a thousand functions, each in a file of its own, and as much again. */
  sectionsMax: 5000,
  sectionBytesMax: 4 * 1024 * 1024,
  /** Canonical text; agents refuse more than 64 MiB of it in a message. */
  configBytesMax: 48 * 1024 * 1024,
  /** cluster.yml. */
  documentBytesMax: 8 * 1024 * 1024,
} as const;

const beyondAscii = /[\u0080-\uffff]/;

/** UTF-8 length without making the bytes. */
export function utf8Bytes(text: string): number {
  // Nearly every text is plain ASCII, and a megabyte of it is looked through ten times as fast this way.
  if (!beyondAscii.test(text)) return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is 2 units and 4 bytes, so each half counts 2; any other unit above 0x7ff is 3 bytes.
    if (unit >= 0x80) bytes += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

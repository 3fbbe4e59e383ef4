/** PostgreSQL's simple queries, for a user who needs no password: texts in, rows of texts out. */
import type { Parse } from './wire.ts';

/** All messages until the server is ready for the next question. */
export type PgAnswer = { readonly rows: readonly (readonly (string | null)[])[]; readonly error: { readonly code: string; readonly message: string } | null };

const readyForQuery = 0x5a;
const [dataRow, errorResponse, authentication] = [0x44, 0x45, 0x52];

export function startup(user: string, database: string): Buffer {
  const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(words.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, words]);
}

export function query(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5);
  head.write('Q');
  head.writeInt32BE(text.length + 4, 1);
  return Buffer.concat([head, text]);
}

export const parseAnswer: Parse<PgAnswer> = (bytes) => {
  const rows: (string | null)[][] = [];
  let error: PgAnswer['error'] = null;
  for (let at = 0; at + 5 <= bytes.length; ) {
    const [type, end] = [bytes[at]!, at + 1 + bytes.readInt32BE(at + 1)];
    if (end > bytes.length) return null;
    const body = bytes.subarray(at + 5, end);
    if (type === authentication && body.readInt32BE(0) !== 0) throw new Error('the server wants a password');
    if (type === dataRow) rows.push(columns(body));
    if (type === errorResponse) {
      error ??= errorOf(body);
      // One that ends the session: no "ready" will come.
      if (error.code.startsWith('57P') || error.code.startsWith('28')) return { value: { rows, error }, length: end };
    }
    if (type === readyForQuery) return { value: { rows, error }, length: end };
    at = end;
  }
  return null;
};

function columns(body: Buffer): (string | null)[] {
  let at = 2;
  return Array.from({ length: body.readInt16BE(0) }, () => {
    const size = body.readInt32BE(at);
    at += 4;
    if (size === -1) return null;
    at += size;
    return body.toString('utf8', at - size, at);
  });
}

function errorOf(body: Buffer): { code: string; message: string } {
  const fields = new Map(body.toString('utf8').split('\0').map((field) => [field[0], field.slice(1)]));
  return { code: fields.get('C') ?? '', message: fields.get('M') ?? '' };
}

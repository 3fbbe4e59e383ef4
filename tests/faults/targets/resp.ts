/** RESP 2, as much of it as one question after the other needs. */
export type Reply = string | number | null | RedisError | readonly Reply[];

export class RedisError extends Error {}

export function command(words: readonly (string | number)[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`).join('')}`;
}

export function parseReply(bytes: Buffer, from = 0): { value: Reply; length: number } | null {
  const end = bytes.indexOf('\r\n', from);
  if (end === -1) return null;
  const [text, next] = [bytes.toString('utf8', from + 1, end), end + 2];
  switch (String.fromCharCode(bytes[from]!)) {
    case '+':
      return { value: text, length: next - from };
    case '-':
      return { value: new RedisError(text), length: next - from };
    case ':':
      return { value: Number(text), length: next - from };
    case '$': {
      const size = Number(text);
      if (size === -1) return { value: null, length: next - from };
      if (bytes.length < next + size + 2) return null;
      return { value: bytes.toString('utf8', next, next + size), length: next + size + 2 - from };
    }
    case '*': {
      const count = Number(text);
      const items: Reply[] = [];
      let at = next;
      for (let item = 0; item < count; item += 1) {
        const found = parseReply(bytes, at);
        if (!found) return null;
        items.push(found.value);
        at += found.length;
      }
      return { value: count === -1 ? null : items, length: at - from };
    }
    default:
      throw new Error(`not RESP: ${bytes.toString('latin1', from, from + 20)}`);
  }
}

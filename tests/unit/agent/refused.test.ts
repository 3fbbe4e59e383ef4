import { expect, it } from 'vitest';
import { CoterieError } from '~/contract/errors.ts';
import { DatabaseError } from '~/agent/process/control.ts';
import { orRefused, sentenceOf } from '~/agent/process/refused.ts';

const asError = (message: string) => new CoterieError('REFUSED', sentenceOf(message));

it('makes of what the database refuses what people read, and leaves everything else as it is', async () => {
  expect(await orRefused(Promise.resolve(7), asError)).toBe(7);
  await expect(orRefused(Promise.reject(new DatabaseError('WRONG_EPOCH {"epoch":7}: this instance is not the master', null)), asError)).rejects.toMatchObject({ code: 'REFUSED', message: 'this instance is not the master' });
  const away = new CoterieError('UNAVAILABLE', 'the database process is gone');
  await expect(orRefused(Promise.reject(away), asError)).rejects.toBe(away);
});

it.each([
  ['REFUSED {"session":"a"}: another replay goes on here', 'another replay goes on here'],
  ['attempt to index nil', 'attempt to index nil'],
])('reads %s', (message, sentence) => expect(sentenceOf(message)).toBe(sentence));

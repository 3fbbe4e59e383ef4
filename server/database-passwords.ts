import { storedHash } from '~/iproto/index.ts';
import { openPassword, sealPassword } from '~/link/sealed-password.ts';

/** Passwords of database users on their way into the configuration: hashed as Tarantool does, and sealed. */
export type DatabasePasswords = {
  seal(password: string, user: string): string;
  /** Whether it is the password that was sealed. */
  fits(sealed: string, of: { readonly password: string; readonly user: string }): boolean;
};

const hashOf = (password: string): string => storedHash(password).toString('base64');

export const databasePasswords = (key: Uint8Array): DatabasePasswords => ({
  seal: (password, user) => sealPassword(hashOf(password), { key, user }),
  fits: (sealed, { password, user }) => openPassword(sealed, { key, user }) === hashOf(password),
});

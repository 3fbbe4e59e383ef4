/**
 * Changing the keys of a whole group. Each step is taken everywhere, and only when the step before it is done
 * everywhere: a key is used when all have it, and removed when nobody seals with it.
 */

import { messageOf, SwimError, type Obstacle } from '../error.ts';
import { keyFrom, type KeyInfo, type Keyring } from '../keyring.ts';
import type { Address } from '../protocol/message.ts';
import type { KeyringCommand, StreamMessage } from './message.ts';

export type Peer = { readonly uuid: string; readonly address: Address };
export type PeerKeys = { readonly uuid: string; readonly keys: readonly KeyInfo[] };

export type RotationComponents = {
  readonly keyring: Keyring;
  readonly ask: (to: Address, request: StreamMessage) => Promise<StreamMessage>;
  /** Everyone else who should have the keys. */
  readonly peers: () => readonly Peer[];
  readonly changed: (keys: readonly KeyInfo[]) => void;
};

const asksAtOnce = 16;

export class Rotation {
  readonly #parts: RotationComponents;

  constructor(components: RotationComponents) {
    this.#parts = components;
  }

  /** What every other member has. Rejects when one does not tell. */
  async survey(): Promise<PeerKeys[]> {
    return this.#everywhere({ kind: 'list' });
  }

  async install(key: Uint8Array): Promise<string> {
    const { id } = keyFrom(key);
    this.answer({ kind: 'install', key });
    await this.#everywhere({ kind: 'install', key });
    return id;
  }

  async use(id: string): Promise<void> {
    await this.#demand('does not have the key', ({ keys }) => keys.some((key) => key.id === id));
    this.answer({ kind: 'use', id });
    await this.#everywhere({ kind: 'use', id });
  }

  async remove(id: string): Promise<void> {
    await this.#demand('still seals with the key', ({ keys }) => !keys.some((key) => key.id === id && key.inUse));
    this.answer({ kind: 'remove', id });
    await this.#everywhere({ kind: 'remove', id });
  }

  /** The ring of somebody who was there while the keys were changed, in place of the one here. No other member is asked: with the old keys none hears. */
  take(keys: readonly Uint8Array[]): void {
    this.#change((keyring) => keyring.replace(keys));
  }

  /** Does here what this or another member asked for. */
  answer(command: KeyringCommand): KeyInfo[] {
    return this.#change((keyring) => apply(keyring, command));
  }

  #change(change: (keyring: Keyring) => void): KeyInfo[] {
    const { keyring, changed } = this.#parts;
    const before = JSON.stringify(keyring.list());
    try {
      change(keyring);
    } catch (error) {
      throw new SwimError('keyRefused', messageOf(error));
    }
    const after = keyring.list();
    if (JSON.stringify(after) !== before) changed(after);
    return after;
  }

  async #demand(otherwise: string, holds: (peer: PeerKeys) => boolean): Promise<void> {
    const obstacles = (await this.survey()).filter((peer) => !holds(peer)).map(({ uuid }) => ({ uuid, reason: otherwise }));
    if (obstacles.length > 0) throw notEverywhere(obstacles);
  }

  async #everywhere(command: KeyringCommand): Promise<PeerKeys[]> {
    const peers = this.#parts.peers();
    const done: PeerKeys[] = [];
    const obstacles: Obstacle[] = [];
    for (let i = 0; i < peers.length; i += asksAtOnce) {
      await Promise.all(
        peers.slice(i, i + asksAtOnce).map(async ({ uuid, address }) => {
          try {
            done.push({ uuid, keys: await this.#askOne(address, command) });
          } catch (error) {
            obstacles.push({ uuid, reason: messageOf(error) });
          }
        }),
      );
    }
    if (obstacles.length > 0) throw notEverywhere(obstacles);
    return done;
  }

  async #askOne(address: Address, command: KeyringCommand): Promise<readonly KeyInfo[]> {
    const reply = await this.#parts.ask(address, { kind: 'keyring', command });
    if (reply.kind === 'keys') return reply.keys;
    throw new Error(reply.kind === 'refused' ? reply.reason : 'answered something else');
  }
}

function apply(keyring: Keyring, command: KeyringCommand): void {
  switch (command.kind) {
    case 'list':
      return;
    case 'install':
      keyring.install(command.key);
      return;
    case 'use':
      return keyring.use(command.id);
    case 'remove':
      return keyring.remove(command.id);
  }
}

function notEverywhere(obstacles: readonly Obstacle[]): SwimError {
  const list = obstacles.map(({ uuid, reason }) => `${uuid} (${reason})`).join(', ');
  return new SwimError('keyNotEverywhere', `not done everywhere, repeat it when these can do it too: ${list}`, { obstacles });
}

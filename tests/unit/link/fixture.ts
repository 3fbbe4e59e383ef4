import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { agentClient } from '~/link/client.ts';
import { linkServer } from '~/link/listener.ts';
import { agentApi, type AgentClient, type AgentHandlers } from '~/link/protocol.ts';
import { TokenSigner } from '~/link/token.ts';

export const key = new Uint8Array(32).fill(7);
export const callee = '11111111-1111-4111-8111-111111111111';

export type Served = { client: AgentClient; server: Server; http: string; errors: string[]; signer: TokenSigner; close(): Promise<void> };

/** An agent's interface on a real socket; procedures that are not given refuse. */
export async function serve(given: Partial<AgentHandlers>, options: { key?: Uint8Array; callee?: string; nowMs?: () => number; gate?: () => Promise<void> } = {}): Promise<Served> {
  const refuse = async () => {
    throw new Error('not in this test');
  };
  const handlers = { ...Object.fromEntries(Object.keys(agentApi).map((name) => [name, refuse])), ...given } as unknown as AgentHandlers;
  const errors: string[] = [];
  const { server, close } = linkServer(handlers, { key, callee, bodyBytesMax: 8 * 1024 * 1024, ...(options.gate ? { gate: options.gate } : {}), onError: (path, error) => errors.push(`${path}: ${error.message}`) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const signer = new TokenSigner(options.key ?? key, { name: 'test' }, options.nowMs);
  const client = agentClient({ uuid: options.callee ?? callee, alias: 'a', http }, signer);
  return { client, server, http, errors, signer, close };
}

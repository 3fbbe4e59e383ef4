/**
 * What clients may ask, and who answers: storages by the relay, `crud` by its own part, a few questions here. A request
 * that a router does not take is refused with what to ask instead.
 */
import { bodyKeys, encode, errorCodes, IprotoError, Reader, requestTypes, TarantoolError, type ServerRequest } from '~/iproto/index.ts';
import type { Operation } from './crud/operations.ts';
import { readCall, type Call, type ShardsCall } from './calls.ts';
import { Exchange } from './exchange.ts';
import type { Figures } from './figures.ts';
import { bucketOfBytes, type HashName } from './hash.ts';
import type { BucketMap } from './map.ts';
import type { Relay } from './relay.ts';
import type { JobGoal } from './job.ts';
import type { Items } from './slices.ts';
import type { Told } from './told.ts';

export type FrontComponents = {
  readonly relay: Relay;
  readonly figures: Figures;
  readonly now: () => number;
  readonly map: () => BucketMap | undefined;
  readonly onUnknown: () => void;
  readonly crud: (exchange: Exchange, operation: Operation, args: Items) => void;
  /** vshard.router.info, route, routeall, map_callrw. */
  readonly ask: (exchange: Exchange, call: ShardsCall) => void;
};

export type FrontOptions = { readonly callTimeoutMs: number; /** Of the group. */ readonly hash: HashName };

/** Spaces by which connectors learn a schema. A router has none: they find nothing, and go on. */
const systemSpaces = { first: 256, last: 511 };

const identity = encode(new Map<number, number | readonly number[]>([[bodyKeys.version, 1], [bodyKeys.features, []]]));

const names: { readonly [type: number]: string } = Object.fromEntries(Object.entries(requestTypes).map(([name, type]) => [type, name.toUpperCase()]));

export class Front {
  readonly #components: FrontComponents;
  readonly #options: FrontOptions;
  #draining = false;

  constructor(components: FrontComponents, options: FrontOptions) {
    this.#components = components;
    this.#options = options;
  }

  /** From now on nothing new is taken; what is at work goes on. */
  drain(): void {
    this.#draining = true;
  }

  readonly handle = (request: ServerRequest): void => {
    switch (request.type) {
      case requestTypes.call:
      case requestTypes.call16:
        return this.#call(request);
      case requestTypes.id:
        return request.forward({ status: 0, schemaVersion: 0, body: identity });
      case requestTypes.select:
        if (isSystem(request)) return request.answer([]);
    }
    const name = names[request.type] ?? `request type ${request.type}`;
    this.#refuse(request, names[request.type] ?? 'other', new TarantoolError(errorCodes.UNKNOWN_REQUEST_TYPE, `${name} is not for a router, which does not keep data: CALL crud.*, coterie.call or vshard.router.call`, []));
  };

  #call(request: ServerRequest): void {
    if (this.#draining) return new Exchange(this.#components, request, 'draining').raise(ending);
    let call: Call;
    try {
      call = readCall(request.body);
    } catch (error) {
      if (!(error instanceof IprotoError)) throw error;
      return this.#refuse(request, 'refused', error);
    }
    const exchange = new Exchange(this.#components, request, call.label);
    try {
      this.#serve(exchange, call);
    } catch (error) {
      if (!(error instanceof IprotoError)) throw error;
      exchange.raise({ kind: 'refused', code: error instanceof TarantoolError ? error.code : errorCodes.INVALID_MSGPACK, message: error.message });
    }
  }

  #serve(exchange: Exchange, call: Call): void {
    const { crud, ask } = this.#components;
    switch (call.kind) {
      case 'bucket':
        return this.#relay(exchange, call, call.bucket);
      case 'key': {
        const map = this.#mapFor(exchange);
        return map && this.#relay(exchange, call, bucketOfBytes(call.key, map.count, call.hash ?? this.#options.hash));
      }
      case 'hash': {
        const map = this.#mapFor(exchange);
        return map && exchange.answer([bucketOfBytes(call.key, map.count, call.hash)]);
      }
      case 'count': {
        const map = this.#mapFor(exchange);
        return map && exchange.answer([map.count]);
      }
      case 'crud':
        return crud(exchange, call.operation, call.args);
      case 'info':
      case 'routeall':
      case 'route':
      case 'map':
        return ask(exchange, call);
    }
  }

  #relay(exchange: Exchange, call: Extract<Call, { kind: 'bucket' | 'key' }>, bucket: number): void {
    const goal: JobGoal = { bucket, shard: null, mode: call.mode, run: call.run, user: exchange.user };
    this.#components.relay.submit(goal, call.timeoutMs ?? this.#options.callTimeoutMs, (told, response) => {
      if (told === undefined) return exchange.forward(response!);
      if (call.style === 'vshard') return exchange.vshard(told);
      if (response === undefined) exchange.raise(told);
      else exchange.forward(response, told);
    });
  }

  #mapFor(exchange: Exchange): BucketMap | undefined {
    const map = this.#components.map();
    if (map) return map;
    this.#components.onUnknown();
    exchange.raise(noMap);
    return undefined;
  }

  #refuse(request: ServerRequest, label: string, error: IprotoError): void {
    const exchange = new Exchange(this.#components, request, label);
    exchange.raise({ kind: 'refused', code: error instanceof TarantoolError ? error.code : errorCodes.INVALID_MSGPACK, message: error.message });
  }
}

const ending: Told = { kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: 'this router is ending; nothing was done: ask another one' };

export const noMap: Told = { kind: 'unavailable', code: errorCodes.NO_CONNECTION, message: 'no storage has said yet how many buckets there are: was the group bootstrapped? Nothing was done' };

function isSystem(request: ServerRequest): boolean {
  const slice = request.slices().get(bodyKeys.space);
  const space = slice && new Reader(slice).read();
  return typeof space === 'number' && space >= systemSpaces.first && space <= systemSpaces.last;
}

import type { Network } from '~/swim/transport/network.ts';
import type { OpenTransport } from '~/swim/transport/transport.ts';

/**
 * What stands between a simulated instance and everybody else. Shut, it is as a process that has been stopped: its
 * sockets stay open and take what comes, and nothing is ever answered.
 */
export class Gate {
  shut = false;
  /** Where its gossip is reached, once that is bound. */
  address = '127.0.0.1:0';
  readonly #opened = new Set<() => void>();

  open(): void {
    this.shut = false;
    for (const go of this.#opened) go();
    this.#opened.clear();
  }

  /** Resolves at once, or when it is opened again. */
  passed(): Promise<void> {
    return this.shut ? new Promise((resolve) => this.#opened.add(resolve)) : Promise.resolve();
  }

  /** A network behind this gate. */
  network(inner: Network): Network {
    const open: OpenTransport = async (bind, handlers) => {
      const transport = await inner.open(bind, { ...handlers, receive: (bytes, from) => this.shut || handlers.receive(bytes, from) });
      this.address = `${transport.address.host}:${transport.address.port}`;
      const send = transport.send.bind(transport);
      return Object.assign(transport, { send: (...words: Parameters<typeof send>) => void (this.shut || send(...words)) });
    };
    return {
      open,
      serve: (address, { guard, answer }) => inner.serve(address, { guard, answer: (question) => this.passed().then(() => answer(question)) }),
      ask: (to, question) => (this.shut ? Promise.reject(new Error('stopped')) : inner.ask(to, question)),
      refuses: async (address, signal) => !this.shut && inner.refuses(address, signal),
    };
  }
}

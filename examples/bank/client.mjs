// Ann opens two accounts, gets some money and moves a part of it; then it says what she has. Run it as often as you like:
// every write has an id, so it is made once. `node examples/bank/client.mjs` with ROUTER and PASSWORD as the tutorial has them.
import TarantoolDriver from 'tarantool-driver';

const [host, port] = (process.env.ROUTER ?? '127.0.0.1:4305').split(':');
const client = new TarantoolDriver({ host, port: Number(port), username: 'app', password: process.env.PASSWORD, lazyConnect: true });
await client.connect();

/** Runs a function on the storage that has the data of this owner: the first of its values, as a list. */
async function call(owner, name, args, mode = 'write') {
  // The connector sends the old kind of CALL, whose values come as tuples: true as [true], a list as it is.
  const [value] = await client.call('coterie.call', owner, name, [owner, ...args], { mode, timeout: 5 });
  return value;
}

const owner = 'ann';
await call(owner, 'bank.open', ['giro']);
await call(owner, 'bank.open', ['savings']);
await call(owner, 'bank.deposit', ['salary-november', 'giro', 250000]);
await call(owner, 'bank.transfer', ['rainy-day', 'giro', 'savings', 50000]);
for (const { account, cents, currency } of await call(owner, 'bank.balance', [], 'read')) console.log(`${owner} ${account}: ${(cents / 100).toFixed(2)} ${currency ?? '(no currency)'}`);

// More than there is: the function says no, and nothing was done.
await call(owner, 'bank.transfer', ['too-much', 'savings', 'giro', 60000]).catch(({ message }) => console.log(`refused: ${message}`));
client.destroy();

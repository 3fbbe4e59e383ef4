const [name, ...rest] = process.argv.slice(2);
const { default: run } = await import(`../../bench/${name}/main.ts`);
await run(rest);

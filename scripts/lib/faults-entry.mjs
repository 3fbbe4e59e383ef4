const { default: run } = await import('../../tests/faults/walk/main.ts');
await run(process.argv.slice(2));

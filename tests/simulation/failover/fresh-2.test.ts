import { testFresh } from './fresh.ts';

testFresh(1, 2);

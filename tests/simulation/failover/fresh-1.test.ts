import { testFresh } from './fresh.ts';

testFresh(0, 2);

import { expect, test } from 'vitest';
import { placesOfSpaces } from '~/core/roles/space-place.ts';

const text = `summary: Goods
spaces:
  stock:
    format:
      - name: id
        type: unsigned
      - name: name
        type: string
        is_nullable: true
    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
`;
const about = (code: 'typeNarrowed' | 'fieldRemoved' | 'fieldNotNull' | 'primaryChanged' | 'kindChanged', field: string | null, index: string | null = null) => ({ code, space: 'stock', field, index });

test('what the database cannot become is told where role.yml wants it', () => {
  expect(placesOfSpaces(text, [about('typeNarrowed', 'name'), about('fieldNotNull', 'id'), about('fieldRemoved', 'price'), about('primaryChanged', null, 'id'), about('kindChanged', null), { ...about('kindChanged', null), space: 'other' }])).toEqual(['8:15', '5:9', '5:7', '11:27', '3:3', null]);
  expect(placesOfSpaces('spaces: [', [about('kindChanged', null)])).toEqual([null]);
});

import { expect, test } from 'vitest';
import { ourPicture, withOurPictures } from './ourPictures.ts';

test('a picture of a business is asked of our own server, whatever template names it', () => {
  const sent = {
    type: 'template',
    payload: {
      elements: [
        { title: 'Hat', image_url: 'https://shop.example/a.png?x=1', item_url: 'https://shop.example' },
      ],
      boarding_pass: [{ logo_image_url: 'http://air.example/l.png', qr_code: 'https://no.picture' }],
      image_url: 'javascript:alert(1)',
    },
  };
  const { payload } = withOurPictures(sent, '7');
  expect(payload.elements[0]?.image_url).toBe(
    `${location.origin}/api/pages/7/pictures?url=https%3A%2F%2Fshop.example%2Fa.png%3Fx%3D1`,
  );
  expect(payload.elements[0]?.item_url).toBe('https://shop.example');
  expect(payload.boarding_pass[0]).toEqual({
    logo_image_url: ourPicture('7', 'http://air.example/l.png'),
    qr_code: 'https://no.picture',
  });
  expect(payload.image_url).toBe('javascript:alert(1)');
});

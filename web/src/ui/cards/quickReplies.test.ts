import { describe, expect, test } from 'vitest';
import type { Event, QuickReply } from '../../api/types.ts';
import { openQuickReplies, readQuickReplies } from './quickReplies.ts';
import { paid, pressed, said } from './samples.ts';

const offered = {
  ...said(4),
  quickReplies: [{ content_type: 'text', title: 'Later', payload: 'L' }],
} as Event;

describe('Quick replies', () => {
  test('stand under the newest message', () => expect(openQuickReplies([said(1), offered])).toHaveLength(1));
  test('vanish after a choice', () => expect(openQuickReplies([offered, pressed(5, 4, 'L')])).toEqual([]));
  test('vanish with another message of the business', () =>
    expect(openQuickReplies([offered, said(5)])).toEqual([]));
  test('stay while a payment is noted', () =>
    expect(openQuickReplies([offered, paid(5, 1, 0, 0)])).toHaveLength(1));
  test('are none in an empty thread', () => expect(openQuickReplies([])).toEqual([]));

  test('that cannot be sent from here are left out', () =>
    expect(
      readQuickReplies([
        { title: 'Yes', payload: 'Y' },
        { content_type: 'location' },
        { content_type: 'text', title: ' ' },
        { content_type: 'text', title: 'Two', payload: 2 as unknown as string, image_url: 'javascript:1' },
      ] as QuickReply[]),
    ).toEqual([
      { title: 'Yes', payload: 'Y', image: undefined },
      { title: 'Two', payload: '2', image: undefined },
    ]));

  test('are thirteen at most', () =>
    expect(
      readQuickReplies(Array.from({ length: 20 }, (_, n) => ({ title: `${n}`, payload: '' }))),
    ).toHaveLength(13));
});

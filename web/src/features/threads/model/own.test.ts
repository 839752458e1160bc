import { describe, expect, it } from 'vitest';
import type { Instant } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import { isMuted, withDraft, withSettings } from './own.ts';

const thread = { id: '7', title: 'Leila' } as unknown as Thread;

describe('What is one’s own in a thread', () => {
  it('changes by what is named and stays else', () => {
    const set = withSettings(thread, { pinned: true, mutedUntil: 'always', folder: 'Trips' });
    expect(set).toMatchObject({ pinned: true, mutedUntil: 'always', folder: 'Trips' });
    expect(withSettings(set, { archived: true })).toMatchObject({ pinned: true, archived: true });
    expect(withSettings(set, { pinned: false, mutedUntil: null, folder: null })).toEqual(thread);
  });

  it('has the draft of the highest version', () => {
    const drafted = withDraft(thread, { version: 2, text: 'two' });
    expect(withDraft(drafted, { version: 1, text: 'one' })).toBe(drafted);
    expect(withDraft(drafted, { version: 3, text: '' })).toEqual(thread);
  });

  it('is muted until its time is over, or always', () => {
    const until = (mutedUntil: string) => isMuted({ ...thread, mutedUntil: mutedUntil as Instant }, 1000);
    expect(isMuted(thread, 1000)).toBe(false);
    expect(until('always')).toBe(true);
    expect(until('1970-01-01T00:00:02Z')).toBe(true);
    expect(until('1970-01-01T00:00:01Z')).toBe(false);
  });
});

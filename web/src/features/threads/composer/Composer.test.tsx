import { QueryClient } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { I18nextProvider, initReactI18next } from 'react-i18next';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Instant, MemberId, ThreadId } from '../../../api/ids.ts';
import type { Thread } from '../../../api/types.ts';
import english from '../locales/en.json';
import { Conversations } from '../sync/Conversations.ts';
import { ConversationsContext } from '../sync/context.ts';
import { Composer } from './Composer.tsx';

const me = 'me' as MemberId;
let count = 0;
let thread: Thread;
const sent = vi.fn<(text: string) => void>();
const typing = vi.fn<(on: unknown) => boolean>(() => true);

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: 'en',
    keySeparator: false,
    resources: { en: { threads: english } },
    interpolation: { escapeValue: false },
  }),
);
beforeEach(() => {
  localStorage.clear();
  sent.mockClear();
  typing.mockClear();
  thread = {
    id: `t${++count}` as ThreadId,
    kind: 'direct',
    title: 'Leila',
    lastSeq: 0,
    readSeq: 0,
    unread: 0,
    updatedAt: '2026-11-20T09:00:00.000Z' as Instant,
    members: [],
  };
});
afterEach(cleanup);

const show = (closed: string | null = null) => {
  const conversations = new Conversations(me, new QueryClient(), typing);
  return render(
    <I18nextProvider i18n={i18next}>
      <ConversationsContext value={{ me, conversations }}>
        <Composer thread={thread} start={null} closed={closed} onSend={sent} />
      </ConversationsContext>
    </I18nextProvider>,
  );
};
const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Write to Leila' });
const write = (text: string) => fireEvent.change(field(), { target: { value: text } });

describe('The composer', () => {
  it('sends with Enter, trimmed, and is empty afterwards', () => {
    show();
    write('  on my way \n');
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(sent.mock.calls).toEqual([['on my way']]);
    expect(field().value).toBe('');
  });

  it('breaks the line with Shift+Enter and leaves Enter to an input method', () => {
    show();
    write('かんじ');
    fireEvent.keyDown(field(), { key: 'Enter', shiftKey: true });
    fireEvent.keyDown(field(), { key: 'Enter', isComposing: true });
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
    expect(sent).not.toHaveBeenCalled();
  });

  it('offers Send once there is something to send', () => {
    show();
    expect(screen.queryByRole('button', { name: 'Send' })).toBeNull();
    write('   ');
    expect(screen.queryByRole('button', { name: 'Send' })).toBeNull();
    write('hello');
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(sent.mock.calls).toEqual([['hello']]);
  });

  it('keeps what is half written over a reload, per thread', () => {
    show();
    write('half a sen');
    cleanup();
    show();
    expect(field().value).toBe('half a sen');
    cleanup();
    thread = { ...thread, id: 'another' as ThreadId };
    show();
    expect(field().value).toBe('');
  });

  it('counts the last bytes and refuses what is too long, keeping it', () => {
    show();
    write('a'.repeat(16_384 - 100));
    expect(screen.getByRole('status').textContent).toBe('100');
    write('a'.repeat(16_385));
    expect(screen.getByRole('alert').textContent).toContain('Too long');
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(sent).not.toHaveBeenCalled();
    expect(field().value).toHaveLength(16_385);
  });

  it('tells of typing once in three seconds, and that it has ended', () => {
    show();
    write('a');
    write('ab');
    write('');
    expect(typing.mock.calls.map(([frame]) => frame)).toEqual([
      { op: 'typing', thread: thread.id, on: true },
      { op: 'typing', thread: thread.id, on: false },
    ]);
  });

  it('says why nothing can be written', () => {
    show('Leila is answered by its menu.');
    expect(field().disabled).toBe(true);
    expect(field().placeholder).toBe('Leila is answered by its menu.');
  });
});

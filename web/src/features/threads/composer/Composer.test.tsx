import { QueryClient } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { I18nextProvider, initReactI18next } from 'react-i18next';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventId, Instant, MemberId, ThreadId } from '../../../api/ids.ts';
import type { Event, Thread } from '../../../api/types.ts';
import english from '../locales/en.json';
import type { Marked } from '../model/markup.ts';
import type { Written } from '../model/outgoing.ts';
import { Conversations } from '../sync/Conversations.ts';
import { ConversationsContext } from '../sync/context.ts';
import { Composer } from './Composer.tsx';
import { plain, type WritingMode } from './mode.ts';

const me = 'me' as MemberId;
let count = 0;
let thread: Thread;
const sent = vi.fn<(written: Written) => void>();
const changed = vi.fn<(event: Event, text: Marked) => void>();
const editLast = vi.fn<() => void>();
const ended = vi.fn<() => void>();
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
  for (const heard of [typing, changed, editLast, ended]) heard.mockClear();
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

const show = (closed: string | null = null, mode: WritingMode = plain) => {
  const conversations = new Conversations(me, new QueryClient(), typing);
  return render(
    <I18nextProvider i18n={i18next}>
      <ConversationsContext value={{ me, conversations }}>
        <Composer
          thread={thread}
          start={null}
          closed={closed}
          mode={mode}
          onEndMode={ended}
          onSend={sent}
          onChange={changed}
          onEditLast={editLast}
        />
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
    expect(sent.mock.calls).toEqual([[{ text: 'on my way' }]]);
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
    expect(sent.mock.calls).toEqual([[{ text: 'hello' }]]);
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

  const said: Event = {
    seq: 7,
    id: 'e7' as EventId,
    kind: 'message',
    sender: me,
    at: '2026-11-20T09:00:00.000Z' as Instant,
    text: 'see you soon',
    entities: [{ type: 'bold', offset: 8, length: 4 }],
  };

  it('sends marks as clean text with entities, and what it answers', () => {
    show(null, { kind: 'reply', event: said });
    write('**yes**');
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(sent.mock.calls).toEqual([
      [{ text: 'yes', entities: [{ type: 'bold', offset: 0, length: 3 }], replyTo: 7 }],
    ]);
  });

  it('edits a message with its marks, and leaves the draft alone', () => {
    show();
    write('half a sen');
    cleanup();
    show(null, { kind: 'edit', event: said });
    const editor = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Edit your message' });
    expect(editor.value).toBe('see you **soon**');
    fireEvent.change(editor, { target: { value: 'see you **later**' } });
    fireEvent.keyDown(editor, { key: 'Enter' });
    expect(changed.mock.calls).toEqual([
      [said, { text: 'see you later', entities: [{ type: 'bold', offset: 8, length: 5 }] }],
    ]);
    expect(sent).not.toHaveBeenCalled();
    fireEvent.keyDown(editor, { key: 'Escape' });
    expect(ended).toHaveBeenCalledOnce();
    cleanup();
    show();
    expect(field().value).toBe('half a sen');
  });

  it('edits the last message with the arrow up, in an empty field only', () => {
    show();
    write('x');
    fireEvent.keyDown(field(), { key: 'ArrowUp' });
    expect(editLast).not.toHaveBeenCalled();
    write('');
    fireEvent.keyDown(field(), { key: 'ArrowUp' });
    expect(editLast).toHaveBeenCalledOnce();
  });

  it('completes a name after @ in a group', () => {
    const member = (id: string, name: string) =>
      ({
        id,
        kind: 'person',
        name,
        handle: id,
        readSeq: 0,
        deliveredSeq: 0,
      }) as unknown as Thread['members'][number];
    thread = {
      ...thread,
      kind: 'group',
      members: [member('me', 'Me'), member('leila', 'Leila'), member('noa', 'נועה')],
    };
    show();
    write('hi @le');
    field().setSelectionRange(6, 6);
    fireEvent.select(field());
    const combobox = screen.getByRole<HTMLTextAreaElement>('combobox');
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual(['LLeila@leila']);
    fireEvent.keyDown(combobox, { key: 'Enter' });
    expect(combobox.value).toBe('hi @leila ');
    combobox.setSelectionRange(10, 10);
    fireEvent.select(combobox);
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(sent.mock.calls[0]?.[0].entities).toEqual([
      { type: 'mention', offset: 3, length: 6, person: 'leila' },
    ]);
  });
});

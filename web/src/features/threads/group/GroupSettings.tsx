import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Camera, Pencil, Timer } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeGroup, type GroupChange, setRetention } from '../../../api/groups.ts';
import { newClientId } from '../../../api/ids.ts';
import { queryKeys } from '../../../api/queryKeys.ts';
import type { Thread } from '../../../api/types.ts';
import { spokenDuration } from '../../../lib/duration.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { Field } from '../../../ui/Field.tsx';
import { Menu, MenuChoices } from '../../../ui/Menu.tsx';
import { useToast } from '../../../ui/Toasts.tsx';
import { upload } from '../media/upload.ts';
import styles from './group.module.css';
import { groupProblem } from './groupProblem.ts';

const retentions = [0, 3_600, 86_400, 604_800, 2_592_000];

/** What is set for everybody in the conversation: name, picture and words of a group, who writes, how long talk lives. */
export function GroupSettings({ thread }: { thread: Thread }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const client = useQueryClient();
  const toast = useToast();
  const picker = useRef<HTMLInputElement>(null);
  const [edits, setEdits] = useState(false);
  const change = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: () => void client.invalidateQueries({ queryKey: queryKeys.thread(thread.id) }),
    onError: (error) => toast({ text: groupProblem(error, t) }),
  });
  const set = (wish: GroupChange) => change.mutate(() => changeGroup(thread.id, wish));
  const isGroup = thread.kind === 'group';
  const isAdmin = thread.role === 'owner' || thread.role === 'admin';
  if (isGroup && !isAdmin) return null;
  const seconds = thread.retentionSeconds ?? 0;
  const words = (each: number) => (each === 0 ? t('retention.off') : spokenDuration(each, format.locale));
  const choices = retentions.includes(seconds) ? retentions : [...retentions, seconds];

  return (
    <section className={styles.section} aria-label={t('group.settings')}>
      {edits ? (
        <EditGroup
          thread={thread}
          onSave={(wish) => {
            setEdits(false);
            set(wish);
          }}
          onCancel={() => setEdits(false)}
        />
      ) : (
        <div className={styles.settings}>
          {isGroup && (
            <>
              <Button variant="quiet" size="small" icon={<Pencil size={16} />} onClick={() => setEdits(true)}>
                {t('group.edit')}
              </Button>
              <Button
                variant="quiet"
                size="small"
                icon={<Camera size={16} />}
                busy={change.isPending}
                onClick={() => picker.current?.click()}
              >
                {t('group.picture')}
              </Button>
              <input
                ref={picker}
                type="file"
                accept="image/*"
                hidden
                tabIndex={-1}
                aria-hidden="true"
                onChange={(event) => {
                  const [file] = event.target.files ?? [];
                  event.target.value = '';
                  if (!file) return;
                  change.mutate(async () => {
                    const { id } = await upload(
                      file,
                      newClientId(),
                      new AbortController().signal,
                      () => undefined,
                    );
                    return changeGroup(thread.id, { picture: id });
                  });
                }}
              />
            </>
          )}
          <Menu
            align="start"
            trigger={
              <Button variant="quiet" size="small" icon={<Timer size={16} />}>
                {seconds === 0 ? t('retention.label') : t('retention.is', { time: words(seconds) })}
              </Button>
            }
          >
            <MenuChoices
              label={t('retention.label')}
              value={String(seconds)}
              onChoose={(value) =>
                change.mutate(() => setRetention(thread.id, value === '0' ? null : Number(value)))
              }
              choices={choices.map((each) => ({ value: String(each), label: words(each) }))}
            />
          </Menu>
          {isGroup && (
            <label className={styles.switch}>
              <input
                type="checkbox"
                checked={thread.announcementsOnly ?? false}
                onChange={(event) => set({ announcementsOnly: event.target.checked })}
              />
              {t('group.announcements')}
            </label>
          )}
        </div>
      )}
    </section>
  );
}

function EditGroup({
  thread,
  onSave,
  onCancel,
}: {
  thread: Thread;
  onSave: (wish: GroupChange) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('threads');
  const [title, setTitle] = useState(thread.title);
  const [about, setAbout] = useState(thread.about ?? '');
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onSave({
          ...(title.trim() === thread.title ? {} : { title: title.trim() }),
          ...(about.trim() === (thread.about ?? '') ? {} : { about: about.trim() }),
        });
      }}
    >
      <Field
        label={t('group.title')}
        value={title}
        maxLength={100}
        required
        onChange={(event) => setTitle(event.target.value)}
      />
      <Field
        label={t('group.aboutLabel')}
        value={about}
        maxLength={500}
        onChange={(event) => setAbout(event.target.value)}
      />
      <div className={styles.settings}>
        <Button size="small" onClick={onCancel}>
          {t('cancel')}
        </Button>
        <Button type="submit" variant="solid" size="small" disabled={title.trim() === ''}>
          {t('saveEdit')}
        </Button>
      </div>
    </form>
  );
}

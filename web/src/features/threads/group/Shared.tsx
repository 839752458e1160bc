import { Link as LinkIcon, Pin } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Event, isMedia, type MediaAttachment, type Thread } from '../../../api/types.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { useDesk } from '../actions/context.ts';
import { FileRow } from '../media/FileRow.tsx';
import { Pictures } from '../media/Pictures.tsx';
import { memberName } from '../model/notice.ts';
import { previewOf } from '../model/preview.ts';
import { useConversations } from '../sync/context.ts';
import { useEvent } from '../sync/useEvent.ts';
import { useLog } from '../sync/useLog.ts';
import { linkParts } from '../thread/text.ts';
import styles from './group.module.css';

type Tab = 'media' | 'files' | 'links';

/** Pins, and what was sent here: pictures and films, files, links; as far back as the conversation has been fetched. */
export function Shared({
  thread,
  pins,
  onJump,
}: {
  thread: Thread;
  pins: readonly number[];
  onJump: (seq: number) => void;
}) {
  const { t } = useTranslation('threads');
  const { conversations } = useConversations();
  const { log, events } = useLog(thread.id);
  const [tab, setTab] = useState<Tab>('media');
  const labels: Record<Tab, string> = {
    media: t('shared.media'),
    files: t('shared.files'),
    links: t('shared.links'),
  };
  const found = sharedIn(events);
  const isEmpty = found[tab].length === 0;
  return (
    <>
      {pins.length > 0 && (
        <section className={styles.section} aria-label={t('shared.pins')}>
          <h3>{t('shared.pins')}</h3>
          {[...pins]
            .sort((a, b) => b - a)
            .map((seq) => (
              <PinRow key={seq} thread={thread} seq={seq} onJump={onJump} />
            ))}
        </section>
      )}
      <section className={styles.section} aria-label={t('shared.title')}>
        <fieldset className={styles.tabs} aria-label={t('shared.title')}>
          {(['media', 'files', 'links'] as const).map((each) => (
            <button key={each} type="button" aria-pressed={each === tab} onClick={() => setTab(each)}>
              {labels[each]}
            </button>
          ))}
        </fieldset>
        {tab === 'media' && <Gallery attachments={found.media} />}
        {tab === 'files' &&
          found.files.map(({ payload }) => <FileRow key={payload.media.id} media={payload.media} />)}
        {tab === 'links' &&
          found.links.map(({ href, seq }) => (
            <a
              key={`${seq} ${href}`}
              className={styles.row}
              href={href}
              target="_blank"
              rel="noopener noreferrer"
            >
              <LinkIcon size={16} aria-hidden="true" />
              <bdi dir="ltr" className="cut">
                {href.replace(/^https?:\/\//, '')}
              </bdi>
            </a>
          ))}
        {isEmpty && <p className={styles.none}>{t('shared.none')}</p>}
        {!log.reachesStart && log.loaded && (
          <Button variant="plain" size="small" wide onClick={() => void conversations.loadOlder(thread.id)}>
            {t('shared.older')}
          </Button>
        )}
      </section>
    </>
  );
}

function Gallery({ attachments }: { attachments: readonly MediaAttachment[] }) {
  const desk = useDesk();
  return (
    <div className={styles.gallery}>
      {attachments.map((attachment) => (
        <Pictures
          key={attachment.payload.media.id}
          attachments={[attachment]}
          onOpen={desk ? desk.view : null}
        />
      ))}
    </div>
  );
}

function PinRow({ thread, seq, onJump }: { thread: Thread; seq: number; onJump: (seq: number) => void }) {
  const { t } = useTranslation('threads');
  const format = useFormat();
  const { me } = useConversations();
  const { event } = useEvent(thread.id, seq);
  if (!event) return null;
  return (
    <button type="button" className={styles.row} onClick={() => onJump(seq)}>
      <Pin size={16} aria-hidden="true" />
      <span className="cut" dir="auto">
        {t('spoken.said', {
          author: event.sender === me ? t('you') : memberName(thread, event.sender),
          text: previewOf(event, { ...thread, kind: 'direct' }, me, t, format.withCode).text,
        })}
      </span>
    </button>
  );
}

/** The newest first. */
function sharedIn(events: readonly Event[]) {
  const media: MediaAttachment[] = [];
  const files: MediaAttachment[] = [];
  const links: { seq: number; href: string }[] = [];
  for (const event of [...events].reverse()) {
    for (const attachment of (event.attachments ?? []).filter(isMedia)) {
      if (attachment.type === 'image' || attachment.type === 'video') media.push(attachment);
      else if (attachment.type !== 'sticker') files.push(attachment);
    }
    if (event.kind !== 'message') continue;
    const addresses = [
      ...(event.entities ?? []).flatMap(({ type, url }) => (type === 'link' && url ? [url] : [])),
      ...linkParts(event.text ?? '').flatMap(({ href }) => (href ? [href] : [])),
    ];
    for (const href of new Set(addresses)) links.push({ seq: event.seq, href });
  }
  return { media, files, links };
}

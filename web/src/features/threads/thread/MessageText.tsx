import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberId } from '../../../api/ids.ts';
import type { Entity } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import styles from './MessageText.module.css';
import { blocksOf, isJumbo, type Piece } from './text.ts';

/** Text as it was written: each paragraph in its own direction, marks and links made of entities, nothing parsed as HTML. */
export function MessageText({
  text,
  entities,
  me,
}: {
  text: string;
  entities?: readonly Entity[] | undefined;
  me?: MemberId;
}) {
  return (
    <div className={isJumbo(text) ? styles.jumbo : styles.text}>
      {blocksOf(text, entities).map((block, place) => {
        const key = `${block.kind} ${place}`;
        if (block.kind === 'pre')
          return (
            <pre key={key} dir="ltr" className={cx(styles.pre, 'mono')}>
              <code>
                {block.paragraphs.map((line) => line.map((piece) => piece.text).join('')).join('\n')}
              </code>
            </pre>
          );
        const paragraphs = block.paragraphs.map((pieces, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs of one text never move
          <p key={index} dir="auto">
            {pieces.length === 0 ? (
              <br />
            ) : (
              pieces.map((piece, at) => <Part key={keyOf(piece, at)} piece={piece} me={me} />)
            )}
          </p>
        ));
        return block.kind === 'quote' ? (
          <blockquote key={key} dir="auto" className={styles.quote}>
            {paragraphs}
          </blockquote>
        ) : (
          <div key={key}>{paragraphs}</div>
        );
      })}
    </div>
  );
}

const keyOf = (piece: Piece, at: number) => `${at} ${piece.text}`;

function Part({ piece, me }: { piece: Piece; me: MemberId | undefined }) {
  const { text, href, marks } = piece;
  let part: ReactNode = href ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      <bdi>{text}</bdi>
    </a>
  ) : (
    text
  );
  for (const { type, person } of marks) {
    switch (type) {
      case 'bold':
        part = <strong>{part}</strong>;
        break;
      case 'italic':
        part = <em>{part}</em>;
        break;
      case 'underline':
        part = <u>{part}</u>;
        break;
      case 'strike':
        part = <s>{part}</s>;
        break;
      case 'code':
        part = (
          <code dir="ltr" className={cx(styles.code, 'mono')}>
            {part}
          </code>
        );
        break;
      case 'mention':
        part = (
          <bdi className={cx(styles.mention, (person === me || person === 'all') && styles.mentionOfMe)}>
            {part}
          </bdi>
        );
        break;
      case 'spoiler':
        part = <Spoiler>{part}</Spoiler>;
        break;
      default:
    }
  }
  return part;
}

/** Hidden until it is asked for. */
function Spoiler({ children }: { children: ReactNode }) {
  const { t } = useTranslation('threads');
  const [shown, setShown] = useState(false);
  if (shown) return <span className={styles.spoilt}>{children}</span>;
  return (
    <button type="button" className={styles.spoiler} aria-label={t('spoiler')} onClick={() => setShown(true)}>
      <span aria-hidden="true">{children}</span>
    </button>
  );
}

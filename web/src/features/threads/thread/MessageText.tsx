import { Fragment } from 'react';
import styles from './MessageText.module.css';
import { isJumbo, linkParts } from './text.ts';

/** Text as it was written: each paragraph in its own direction, links made of addresses, nothing parsed as HTML. */
export function MessageText({ text }: { text: string }) {
  return (
    <div className={isJumbo(text) ? styles.jumbo : styles.text}>
      {text.split('\n').map((paragraph, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs of one text never move
        <p key={index} dir="auto">
          {paragraph === '' ? (
            <br />
          ) : (
            linkParts(paragraph).map((part, place) =>
              part.href ? (
                <a
                  key={part.text + place.toString()}
                  href={part.href}
                  target="_blank"
                  rel="noopener noreferrer"
                >
                  <bdi>{part.text}</bdi>
                </a>
              ) : (
                <Fragment key={part.text + place.toString()}>{part.text}</Fragment>
              ),
            )
          )}
        </p>
      ))}
    </div>
  );
}

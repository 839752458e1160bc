import { Pause, Play } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mediaUrl } from '../../../api/media.ts';
import type { Media } from '../../../api/types.ts';
import { cx } from '../../../lib/cx.ts';
import { clockDuration } from '../../../lib/duration.ts';
import styles from './AudioPlayer.module.css';

const speeds = [1, 1.5, 2] as const;
const bars = 36;
/** One at a time: who begins stops the one before. */
let playing: HTMLAudioElement | null = null;

/** A voice note or a sound: play, where it is, how long, how fast. Nothing is fetched before it is played. */
export function AudioPlayer({
  media,
  waveform,
  isVoice,
}: {
  media: Media;
  waveform: readonly number[] | undefined;
  isVoice: boolean;
}) {
  const { t } = useTranslation('threads');
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState((media.durationMs ?? 0) / 1000);
  const [speed, setSpeed] = useState(0);
  const [failed, setFailed] = useState(false);
  const heights = sampled(waveform, bars);
  const share = length > 0 ? at / length : 0;

  useEffect(
    () => () => {
      if (playing === audio.current) playing = null;
    },
    [],
  );

  const toggle = () => {
    const player = audio.current;
    if (!player) return;
    if (!player.paused) return player.pause();
    if (playing !== player) playing?.pause();
    playing = player;
    player.playbackRate = speeds[speed] ?? 1;
    setFailed(false);
    player.play().catch(() => setFailed(true));
  };
  const seek = (to: number) => {
    const player = audio.current;
    if (!player || length === 0) return;
    const next = Math.min(length, Math.max(0, to));
    player.currentTime = next;
    setAt(next);
  };
  // The wave runs from left to right in every language, as a clock does.
  const seekAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * length);
  };
  const seekByKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    seek(at + step);
  };
  const name = isVoice ? t('voice') : media.name || t('audio');

  return (
    <div className={styles.player}>
      {/* biome-ignore lint/a11y/useMediaCaption: people's own sound has no captions */}
      <audio
        ref={audio}
        src={mediaUrl(media.id)}
        preload="none"
        onPlay={() => setIsPlaying(true)}
        onPause={() => setIsPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onLoadedMetadata={({ currentTarget: { duration } }) =>
          Number.isFinite(duration) && setLength(duration)
        }
        onError={() => setFailed(true)}
      />
      <button
        type="button"
        className={styles.play}
        aria-label={isPlaying ? t('pause') : t('playOf', { name })}
        onClick={toggle}
      >
        {isPlaying ? <Pause size={20} fill="currentColor" /> : <Play size={20} fill="currentColor" />}
      </button>
      <div className={styles.middle}>
        {!isVoice && <bdi className={cx('cut', 't-small')}>{media.name}</bdi>}
        <div
          role="slider"
          tabIndex={0}
          dir="ltr"
          className={styles.wave}
          aria-label={t('position')}
          aria-valuemin={0}
          aria-valuemax={Math.round(length)}
          aria-valuenow={Math.round(at)}
          aria-valuetext={`${clockDuration(at * 1000)} / ${clockDuration(length * 1000)}`}
          onPointerDown={seekAt}
          onPointerMove={(event) => event.buttons === 1 && seekAt(event)}
          onKeyDown={seekByKey}
        >
          {heights.map((height, index) => (
            <i
              // biome-ignore lint/suspicious/noArrayIndexKey: bars have no other name
              key={index}
              className={cx(index / heights.length < share && styles.past)}
              style={{ blockSize: `${Math.round(3 + height * 21)}px` }}
            />
          ))}
        </div>
        <span className={cx(styles.clock, 'n')} dir="ltr">
          {failed ? (
            <span className={styles.failed}>{t('cannotPlay')}</span>
          ) : (
            <span>{clockDuration(at * 1000)}</span>
          )}
          <span>{clockDuration(length * 1000)}</span>
        </span>
      </div>
      <button
        type="button"
        dir="ltr"
        className={cx(styles.speed, 'n')}
        aria-label={t('speed', { speed: speeds[speed] })}
        onClick={() => {
          const next = (speed + 1) % speeds.length;
          setSpeed(next);
          if (audio.current) audio.current.playbackRate = speeds[next] ?? 1;
        }}
      >
        {speeds[speed]}×
      </button>
    </div>
  );
}

/** As many heights from 0 to 1 as bars; a flat line where nothing is known. */
function sampled(waveform: readonly number[] | undefined, count: number): number[] {
  if (!waveform?.length) return Array.from({ length: count }, () => 0.12);
  const top = Math.max(1, ...waveform);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * waveform.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * waveform.length) / count));
    return Math.max(...waveform.slice(from, to)) / top;
  });
}

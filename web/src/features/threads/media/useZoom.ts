import { type PointerEvent, useRef, useState, type WheelEvent } from 'react';

const most = 6;
interface View {
  scale: number;
  x: number;
  y: number;
}
const whole: View = { scale: 1, x: 0, y: 0 };

/** Wheel, double press, two fingers and buttons enlarge; one finger or the pointer moves. Another picture begins whole. */
export function useZoom(picture: string) {
  const [of, setOf] = useState(picture);
  const [view, setView] = useState(whole);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  if (of !== picture) {
    setOf(picture);
    setView(whole);
  }

  const scaleBy = (factor: number, around = { x: 0, y: 0 }) =>
    setView((now) => {
      const scale = Math.min(most, Math.max(1, now.scale * factor));
      if (scale === 1) return whole;
      const grown = scale / now.scale;
      return { scale, x: around.x - (around.x - now.x) * grown, y: around.y - (around.y - now.y) * grown };
    });
  const fromMiddle = (event: { clientX: number; clientY: number; currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  };
  const spread = () => {
    const [a, b] = [...pointers.current.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };

  return {
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    by: (factor: number) => scaleBy(factor),
    reset: () => setView(whole),
    handlers: {
      onWheel: (event: WheelEvent) => scaleBy(Math.exp(-event.deltaY / 300), fromMiddle(event)),
      onDoubleClick: (event: React.MouseEvent) =>
        view.scale > 1 ? setView(whole) : scaleBy(2.5, fromMiddle(event)),
      onPointerDown: (event: PointerEvent) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      },
      onPointerMove: (event: PointerEvent) => {
        const before = pointers.current.get(event.pointerId);
        if (!before) return;
        const wide = spread();
        pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (pointers.current.size > 1 && wide > 0) scaleBy(spread() / wide, fromMiddle(event));
        else
          setView((now) =>
            now.scale === 1
              ? now
              : { ...now, x: now.x + event.clientX - before.x, y: now.y + event.clientY - before.y },
          );
      },
      onPointerUp: (event: PointerEvent) => pointers.current.delete(event.pointerId),
      onPointerCancel: (event: PointerEvent) => pointers.current.delete(event.pointerId),
    },
  };
}

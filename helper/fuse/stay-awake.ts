/**
 * Keeps the event loop turning for a moment after each request, so that the next one finds it awake: most of a cold
 * request's time is waking an idle CPU (measured: a clone of 4.8k files 3.4 s → 2.3 s). Nothing is armed when idle.
 */
export function createStayAwake(milliseconds: number, now: () => number = () => performance.now()): () => void {
  let turning = false;
  let touched = false;
  let until = 0;

  function turn(): void {
    const time = now();
    if (touched) {
      touched = false;
      until = time + milliseconds;
    } else if (time >= until) {
      turning = false;
      return;
    }
    setImmediate(turn);
  }

  return function touch() {
    touched = true;
    if (turning || milliseconds <= 0) return;
    turning = true;
    setImmediate(turn);
  };
}

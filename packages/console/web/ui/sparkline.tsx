import type { JSX } from "preact";

const WIDTH = 100;
const HEIGHT = 30;

/** A line without axes over the last `slots` moments; the newest is at the right edge. Gaps are undefined. */
export function Sparkline(props: {
  values: readonly (number | undefined)[];
  slots: number;
  label: string;
}): JSX.Element {
  const { values, slots, label } = props;
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  const step = WIDTH / (slots - 1);
  const firstX = WIDTH - (values.length - 1) * step;
  const y = (value: number): number => HEIGHT - 1.5 - (value / top) * (HEIGHT - 3);

  let line = "";
  let area = "";
  let lastX: number | undefined;
  values.forEach((value, index) => {
    if (value === undefined) {
      if (lastX !== undefined) area += `L${lastX} ${HEIGHT}Z`;
      lastX = undefined;
      return;
    }
    const x = Number((firstX + index * step).toFixed(2));
    const point = `${x} ${y(value).toFixed(2)}`;
    line += `${lastX === undefined ? "M" : "L"}${point}`;
    area += lastX === undefined ? `M${x} ${HEIGHT}L${point}` : `L${point}`;
    lastX = x;
  });
  if (lastX !== undefined) area += `L${lastX} ${HEIGHT}Z`;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="baseline" d={`M0 ${HEIGHT}H${WIDTH}`} />
      <path class="area" d={area} />
      <path d={line} />
    </svg>
  );
}

/** A component whose code comes when it is first shown. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Empty } from "./empty.tsx";

/** `load` must be the same function on every draw. Loaded code is kept by the browser's module map. */
export function Lazy<Props extends object>(props: {
  load: () => Promise<ComponentType<Props>>;
  props: Props;
}): JSX.Element {
  const { load } = props;
  const [loaded, setLoaded] = useState<{ load: typeof load; Component: ComponentType<Props> }>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    setFailed(false);
    load().then(
      (Component) => wanted && setLoaded({ load, Component }),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [load]);
  if (loaded?.load === load) return <loaded.Component {...props.props} />;
  return (
    <div class="fill" aria-busy={!failed}>
      {failed && <Empty title="This part of the page did not load">Reload to try again.</Empty>}
    </div>
  );
}

/** The frame: where you are, whether the page is live, and the page itself. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type LinkState, link, services } from "./live/live.ts";
import { LogsPage } from "./pages/logs.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { ServicePage } from "./pages/service.tsx";
import { route } from "./router.ts";
import { theme, toggleTheme } from "./theme.ts";
import { TOOLS } from "./tools.ts";
import { Empty } from "./ui/empty.tsx";
import { Icon, type IconName, Mark } from "./ui/icons.tsx";
import { IconButton } from "./ui/icon-button.tsx";
import { Lazy } from "./ui/lazy.tsx";

export function App(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const [area = "", name] = route.value;
  const title = area === "services" ? name : [...PAGES, ...TOOLS].find((page) => page.path === `/${area}`)?.title;
  useEffect(() => {
    document.title = `${title ?? "Overview"} · Tenon`;
  }, [title]);
  const menu = useRef<HTMLElement>(null);
  const hasServices = services.value.length > 0;
  // Where it is a row that scrolls, the current page's name is in sight.
  useEffect(
    () => menu.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }),
    [area, name, hasServices],
  );
  return (
    <>
      <a class="skip-link" href="#main" onClick={() => main.current?.focus()}>
        Skip to the content
      </a>
      <header class="sidebar">
        <a class="brand" href="/" aria-label="Tenon, overview">
          <Mark />
          <span>Tenon</span>
        </a>
        <nav ref={menu} aria-label="Pages">
          {PAGES.map((page) => (
            <NavLink key={page.path} href={page.path} current={`/${area}` === page.path} icon={page.icon}>
              {page.title}
            </NavLink>
          ))}
          {services.value.some((service) => service.panel) && <h2>Services</h2>}
          {services.value
            .filter((service) => service.panel)
            .map((service) => (
              <NavLink
                key={service.name}
                href={`/services/${encodeURIComponent(service.name)}`}
                current={area === "services" && name === service.name}
                state={service.state}
              >
                {service.name}
              </NavLink>
            ))}
          <h2>Tools</h2>
          {TOOLS.map((tool) => (
            <NavLink key={tool.path} href={tool.path} current={`/${area}` === tool.path} icon="code">
              {tool.title}
            </NavLink>
          ))}
        </nav>
        <div class="sidebar-foot">
          <span class="link-state" role="status">
            <span class={`dot ${link.value}`} />
            <span>{LINK_WORDS[link.value]}</span>
          </span>
          <IconButton
            icon={theme.value === "dark" ? "sun" : "moon"}
            label={theme.value === "dark" ? "Light theme" : "Dark theme"}
            onClick={toggleTheme}
          />
        </div>
      </header>
      <main id="main" class="main" tabIndex={-1} ref={main}>
        <LinkBanner />
        <CurrentPage />
      </main>
    </>
  );
}

/** The charts' code is as large as the rest of the page. */
const loadMetrics = (): Promise<() => JSX.Element> =>
  import("./pages/metrics.tsx").then((module) => module.MetricsPage);

function MetricsPage(): JSX.Element {
  return <Lazy load={loadMetrics} props={{}} />;
}

const PAGES: readonly { path: string; title: string; icon: IconName; page: () => JSX.Element }[] = [
  { path: "/", title: "Overview", icon: "overview", page: OverviewPage },
  { path: "/logs", title: "Logs", icon: "logs", page: LogsPage },
  { path: "/metrics", title: "Metrics", icon: "metrics", page: MetricsPage },
];

const LINK_WORDS: Readonly<Record<LinkState, string>> = {
  connecting: "Connecting",
  live: "Live",
  lost: "Reconnecting",
  ended: "Ended",
};

function CurrentPage(): JSX.Element {
  const [area = "", name, ...path] = route.value;
  if (area === "services" && name !== undefined) return <ServicePage key={name} name={name} path={path} />;
  const Page = PAGES.find((page) => page.path === `/${area}`)?.page;
  if (Page !== undefined) return <Page />;
  const tool = TOOLS.find((candidate) => candidate.path === `/${area}`);
  if (tool !== undefined) return <Lazy load={tool.load} props={{}} />;
  return <Empty title="There is no such page">The menu has those that there are.</Empty>;
}

function LinkBanner(): JSX.Element | null {
  if (link.value === "lost") {
    return (
      <div class="banner" role="alert">
        The connection to the stack is lost. What you see is from then; trying again.
      </div>
    );
  }
  if (link.value === "ended") {
    return (
      <div class="banner bad" role="alert">
        This run of the stack has ended. Open the address that the new one printed.
      </div>
    );
  }
  return null;
}

function NavLink(props: {
  href: string;
  current: boolean;
  icon?: IconName;
  state?: string;
  children: string;
}): JSX.Element {
  return (
    <a class="nav-link" href={props.href} aria-current={props.current ? "page" : undefined}>
      {props.icon !== undefined && <Icon name={props.icon} />}
      {props.state !== undefined && (
        <span class={`dot ${props.state}`} title={props.state} role="img" aria-label={props.state} />
      )}
      {props.children}
    </a>
  );
}

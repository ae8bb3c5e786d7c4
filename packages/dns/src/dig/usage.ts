/** What `-h` and usage errors print. */

/** What dig calls itself; programs look for "<<>> DiG". */
export const DIG_VERSION = "DiG 9.18 (Tenon)";

export const SHORT_USAGE = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]
`;

export const USAGE_HINT: string = `${SHORT_USAGE}
Use "dig -h" (or "dig -h | more") for complete list of options
`;

const DASH_ROWS: readonly (readonly [string, string])[] = [
  ["-4", "use IPv4 query transport only"],
  ["-6", "use IPv6 query transport only"],
  ["-b address[#port]", "bind to source address/port"],
  ["-c class", "specify query class"],
  ["-f filename", "batch mode"],
  ["-k keyfile", "specify tsig key file"],
  ["-m", "accepted, without effect"],
  ["-p port", "specify port number"],
  ["-q name", "specify query name"],
  ["-r", "do not read ~/.digrc"],
  ["-t type", "specify query type"],
  ["-u", "display times in usec instead of msec"],
  ["-x dot-notation", "shortcut for reverse lookups"],
  ["-y [hmac:]name:key", "specify named base64 tsig key"],
];

const PLUS_ROWS: readonly (readonly [string, string])[] = [
  ["+[no]aaflag", "Set AA flag in query (+[no]aaonly)"],
  ["+[no]additional", "Control display of additional section"],
  ["+[no]adflag", "Set AD flag in query (default on)"],
  ["+[no]all", "Set or clear all display flags"],
  ["+[no]answer", "Control display of answer section"],
  ["+[no]authority", "Control display of authority section"],
  ["+[no]badcookie", "Retry BADCOOKIE responses"],
  ["+[no]besteffort", "Try to parse even illegal messages"],
  ["+bufsize[=###]", "Set EDNS0 Max UDP packet size"],
  ["+[no]cdflag", "Set checking disabled flag in query"],
  ["+[no]class", "Control display of class in records"],
  ["+[no]cmd", "Control display of command line - global option"],
  ["+[no]coflag", "Set compact denial of existence ok flag in query"],
  ["+[no]comments", "Control display of packet header and section name comments"],
  ["+[no]cookie[=###]", "Add a COOKIE option to the request"],
  ["+[no]crypto", "Control display of cryptographic fields in records"],
  ["+[no]dnssec", "Request DNSSEC records"],
  ["+domain=###", "Set default domainname"],
  ["+[no]edns[=###]", "Set EDNS version [0]"],
  ["+ednsflags=###", "Set undefined EDNS flag bits"],
  ["+[no]ednsnegotiation", "Set EDNS version negotiation"],
  ["+ednsopt=###[:value]", "Send specified EDNS option"],
  ["+noednsopt", "Clear list of +ednsopt options"],
  ["+[no]expandaaaa", "Expand AAAA records"],
  ["+[no]expire", "Request time to expire"],
  ["+[no]fail", "Don't try next server on SERVFAIL"],
  ["+[no]header-only", "Send query without a question section"],
  ["+[no]identify", "ID responders in short answers"],
  ["+[no]ignore", "Don't revert to TCP for TC responses."],
  ["+[no]json", "Present the results as JSON, a message a line"],
  ["+[no]keepalive", "Request EDNS TCP keepalive"],
  ["+[no]keepopen", "Keep the TCP socket open between queries"],
  ["+[no]multiline", "Print records in an expanded format"],
  ["+ndots=###", "Set search NDOTS value"],
  ["+[no]nsid", "Request Name Server ID"],
  ["+[no]nssearch", "Search all authoritative nameservers"],
  ["+[no]onesoa", "AXFR prints only one soa record"],
  ["+[no]opcode=###", "Set the opcode of the request"],
  ["+padding=###", "Set padding block size [0]"],
  ["+qid=###", "Specify the query ID to use when sending queries"],
  ["+[no]qr", "Print question before sending"],
  ["+[no]question", "Control display of question section"],
  ["+[no]raflag", "Set RA flag in query"],
  ["+[no]recurse", "Recursive mode (+[no]rdflag)"],
  ["+retry=###", "Set number of UDP retries [2]"],
  ["+[no]rrcomments", "Control display of per-record comments"],
  ["+[no]search", "Set whether to use searchlist (+[no]defname)"],
  ["+[no]short", "Display nothing except short form of answers - global option"],
  ["+[no]showbadcookie", "Show BADCOOKIE message"],
  ["+[no]showsearch", "Search with intermediate results"],
  ["+[no]split=##", "Split hex/base64 fields into chunks"],
  ["+[no]stats", "Control display of statistics"],
  ["+subnet=addr", "Set edns-client-subnet option"],
  ["+[no]tcflag", "Set TC flag in query"],
  ["+[no]tcp", "TCP mode (+[no]vc)"],
  ["+timeout=###", "Set query timeout [5]"],
  ["+[no]trace", "Trace delegation down from root [implies +dnssec]"],
  ["+tries=###", "Set number of UDP attempts [3]"],
  ["+[no]ttlid", "Control display of ttls in records"],
  ["+[no]ttlunits", "Display TTLs in human-readable units"],
  ["+[no]unknownformat", 'Print RDATA in RFC 3597 "unknown" format'],
  ["+[no]yaml", "Present the results as YAML"],
  ["+[no]zflag", "Set Z flag in query"],
];

const INDENT = 17;

export function fullUsage(): string {
  const rows = (all: readonly (readonly [string, string])[], width: number): string =>
    all.map(([option, text]) => `${" ".repeat(INDENT)}${option.padEnd(width)} (${text})\n`).join("");
  return `${SHORT_USAGE}Where:  domain	  is in the Domain Name System
        q-class  is one of (in,hs,ch,...) [default: in]
        q-type   is one of (a,any,mx,ns,soa,hinfo,axfr,txt,...) [default:a]
                 (Use ixfr=version for type ixfr)
        q-opt    is one of:
${rows(DASH_ROWS, 19)}        d-opt    is of the form +keyword[=value], where keyword is:
${rows(PLUS_ROWS, 20)}        global d-opts and servers (before host name) affect all queries.
        local d-opts and servers (after host name) affect only that lookup.
        -h                           (print help and exit)
        -v                           (print version and exit)
`;
}

/** The decoders' fuzz tests, with the counts that TENON_SOAK asks for. */
// oxlint-disable import/no-unassigned-import -- importing registers their tests here
import "../test/chunked.test.ts";
import "../test/request-head.test.ts";

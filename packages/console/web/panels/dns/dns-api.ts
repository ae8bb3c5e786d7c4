/** The panel's requests. */
import type {
  CacheAnswer,
  FlushAnswer,
  QueryAnswer,
  QueryRequest,
  RecordsAnswer,
  RecordsRequest,
  UpdateAnswer,
  UpdateRequest,
  WirePacket,
  ZonesAnswer,
} from "../../../src/panels/dns/wire.ts";
import { post } from "../../live/api.ts";

/** All reject with RequestError. */
export class DnsApi {
  readonly #base: string;

  constructor(service: string) {
    this.#base = `services/${encodeURIComponent(service)}/panel`;
  }

  zones(): Promise<ZonesAnswer> {
    return post(`${this.#base}/zones`);
  }

  records(request: RecordsRequest, signal?: AbortSignal): Promise<RecordsAnswer> {
    return post(`${this.#base}/records`, request, signal);
  }

  update(request: UpdateRequest): Promise<UpdateAnswer> {
    return post(`${this.#base}/update`, request);
  }

  query(request: QueryRequest, signal?: AbortSignal): Promise<QueryAnswer> {
    return post(`${this.#base}/query`, request, signal);
  }

  describe(base64: string): Promise<WirePacket> {
    return post(`${this.#base}/describe`, { base64 });
  }

  cache(name: string): Promise<CacheAnswer> {
    return post(`${this.#base}/cache`, { name });
  }

  flush(name: string): Promise<FlushAnswer> {
    return post(`${this.#base}/flush`, { name });
  }
}

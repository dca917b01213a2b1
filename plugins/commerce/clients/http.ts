/** JSON over HTTP with errors that say which service they come from. */
import axios, { type AxiosInstance, isAxiosError } from "axios";
import { isConnectionCode, unreachable } from "./unreachable.ts";

/** The service answered, and refused. */
export class HttpError extends Error {
  readonly status: number;
  /** Flink's REST services answer with a headline and a Java stack trace. */
  readonly errors: readonly string[];

  constructor(message: string, status: number, errors: readonly string[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

const REQUEST_TIMEOUT_MS = 30_000;

export class HttpService {
  readonly #service: string;
  readonly #http: AxiosInstance;

  /** @param name what the service is called in errors, such as `The SQL Gateway` */
  constructor(name: string, baseUrl: string) {
    this.#service = `${name} at ${baseUrl}`;
    // Local services: never through a proxy that the environment names.
    this.#http = axios.create({ baseURL: baseUrl, timeout: REQUEST_TIMEOUT_MS, proxy: false });
  }

  /** @throws Unreachable, HttpError */
  async request<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<T> {
    try {
      return (await this.#http.request<T>({ method, url: path, data: body })).data;
    } catch (error) {
      if (!isAxiosError<{ errors?: unknown }>(error)) throw error;
      const { response } = error;
      if (!response) {
        // "socket hang up" and a time-out have no better code; both mean that nobody serves here.
        if (isConnectionCode(error.code) || error.request) throw unreachable(this.#service, error);
        throw error;
      }
      // While a JobManager starts, nobody leads yet.
      if (response.status === 503) throw unreachable(this.#service, error);
      const errors = Array.isArray(response.data?.errors) ? response.data.errors.map(String) : [];
      const reason = errors[0] ?? error.message;
      throw new HttpError(`${this.#service}: ${method} ${path}: ${reason}`, response.status, errors);
    }
  }
}
